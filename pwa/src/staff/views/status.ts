/** Status and disposition of a form in one short phrase, the same on every page. */
import { words } from "../format";
import { t } from "../strings";

export function statusWords(form: {
  readonly status: string;
  readonly disposition: string | null;
}): string {
  const status = t.person.statuses[form.status] ?? words(form.status);
  if (form.disposition === null || form.disposition === form.status) return status;
  const detail = form.disposition.replace(/^not_expected:/, "");
  return `${status}, ${t.person.dispositions[detail] ?? words(detail).toLowerCase()}`;
}
