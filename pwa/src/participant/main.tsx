/** Where the participant app starts. */
import { render } from "preact";
import "../ui/tokens.css";
import "../ui/base.css";

const root = document.getElementById("app");
if (root) render(<h1>Sayso</h1>, root);
