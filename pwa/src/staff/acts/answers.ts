/** Acts about answers, and about where and in which arm a person takes part. */
import { t } from "../strings";
import { anchorLabel } from "../study";
import { type Act, type ActContext, dateField, path, text } from "./base";

export function decideCorrection(context: ActContext, correctionId: number): Act {
  const words = t.entry.correction;
  return {
    name: "decide_correction",
    title: words.decideTitle(context.person.code),
    intro: words.decideIntro,
    fields: [
      {
        name: "accept",
        label: words.which,
        kind: "radio",
        required: true,
        options: [
          { value: "no", label: words.refuse },
          { value: "yes", label: words.accept },
        ],
      },
      { name: "reason", label: words.decideWhy, kind: "text", required: true },
    ],
    submit: t.acts.save,
    done: words.done,
    sendings: (values) => [
      {
        path: path(context, "corrections", correctionId, "decision"),
        body: { accept: values.accept === "yes", reason: text(values, "reason") },
      },
    ],
  };
}

export function moveZone(context: ActContext): Act {
  const words = t.entry.zone;
  return {
    name: "move_zone",
    title: words.title(context.person.code),
    intro: words.intro,
    fields: [
      {
        name: "zone",
        label: words.zone,
        kind: "select",
        required: true,
        options: context.study.zones
          .filter((zone) => zone !== context.person.zone)
          .map((zone) => ({ value: zone, label: zone })),
      },
      { name: "reason", label: words.why, kind: "text", required: true },
    ],
    submit: t.acts.save,
    done: words.done,
    sendings: (values) => [
      {
        path: path(context, "zone"),
        body: { zone: values.zone, reason: text(values, "reason") },
      },
    ],
  };
}

export function changeArm(context: ActContext): Act {
  const words = t.entry.arm;
  const { study, person } = context;
  const others = study.arms.filter((arm) => arm.id !== person.arm);
  const known = new Set(person.anchors.map((anchor) => anchor.name));
  const wanted = (arm: string | undefined) =>
    (others.find((one) => one.id === arm)?.anchors ?? []).filter(
      (anchor) => anchor.source !== "enrolment" && !known.has(anchor.name),
    );
  const names = [...new Set(others.flatMap((arm) => wanted(arm.id).map((one) => one.name)))];
  return {
    name: "change_arm",
    title: words.title(person.code),
    intro: words.intro,
    fields: [
      {
        name: "arm",
        label: words.arm,
        kind: "select",
        required: true,
        options: others.map((arm) => ({ value: arm.id, label: arm.label })),
      },
      ...names.map((name) => ({
        ...dateField(
          anchorLabel(
            study,
            others.find((arm) => arm.anchors.some((a) => a.name === name))?.id ?? "",
            name,
          ),
          context,
        ),
        name: `anchor_${name}`,
        initial: "",
        required: false,
        when: (values: Readonly<Record<string, string>>) =>
          wanted(values.arm).some((one) => one.name === name),
      })),
      { name: "reason", label: words.why, kind: "text", required: true },
    ],
    submit: t.acts.save,
    done: words.done,
    sendings: (values) => [
      {
        path: path(context, "arm"),
        body: {
          arm: values.arm,
          anchors: Object.fromEntries(
            wanted(values.arm)
              .map((one) => [one.name, values[`anchor_${one.name}`] ?? ""])
              .filter(([, date]) => date !== ""),
          ),
          reason: text(values, "reason"),
        },
      },
    ],
  };
}
