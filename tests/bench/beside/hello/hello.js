/* The smallest thing that can be answered: one question in words, as our first screen has one. */
const survey = new Survey.Model({
  elements: [{ type: "text", name: "code", title: "Your code", isRequired: true }],
});
survey.render(document.getElementById("survey"));
