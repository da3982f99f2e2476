"""The scoring engine: answers in, scores out, by rules that are data.

Rules are compiled once per questionnaire into small look-ups, because the same form is scored for
every response of a ten-year study and for whole files at the command line. Three principles are
not negotiable: an unscorable score is None and never 0; what was not shown is absent whatever is
stored; and a code that is not on the item's list is absent, not a number.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from operator import itemgetter
from typing import TypeAlias

from sayso.domain.answers import answered, hidden_for_certain, shown
from sayso.domain.questionnaire import Questionnaire, ScoreRule
from sayso.domain.score_inputs import converter, presence, rounded, text_of

ENGINE_VERSION = "1"
"""Raised whenever the same rule and answers could give another value than before."""

Value: TypeAlias = float | str | None
Inputs: TypeAlias = Mapping[str, object]

_MEMO_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class Score:
    """One score with what a reader needs in order to trust it.

    `n_answered` of `n_items` counts the questions below the score, however many scores lie
    between. `rule_sha` names the rule together with every rule and code list that it rests on.
    """

    id: str
    value: Value
    n_answered: int
    n_items: int
    rule_sha: str
    title: str = ""
    primary: bool = False

    @property
    def scorable(self) -> bool:
        return self.value is not None

    @property
    def complete(self) -> bool:
        """Every question below it was answered; a score may be scorable without this."""
        return self.n_answered == self.n_items


def score(
    questionnaire: Questionnaire,
    answers: Mapping[str, object],
    skipped: Collection[str] = (),
) -> list[Score]:
    """All scores of a response, in the order of the questionnaire's rules."""
    return scorer(questionnaire).score(answers, skipped)


@lru_cache(maxsize=256)
def scorer(questionnaire: Questionnaire) -> Scorer:
    """The compiled rules of a questionnaire; compiled once for as long as it is in use."""
    return Scorer(questionnaire)


class Scorer:
    """Compiled score rules of one questionnaire."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self._questionnaire = questionnaire
        self._rules = [_compile(questionnaire, rule) for rule in questionnaire.scores]
        self._shas = fingerprints(questionnaire)
        self._below = {one: frozenset(of) for one, of in questions_below(questionnaire).items()}
        self._booleans = {
            item.id for item in questionnaire.items_in_order() if item.type == "boolean"
        }
        self._present = {
            item.id: presence(questionnaire, item.id) for item in questionnaire.items_in_order()
        }
        self._empty: dict[str, object] = dict.fromkeys(self._present)

    def values(self, stored: dict[str, object]) -> list[Value]:
        """Only the values, in the order of the rules; the fast path for whole files.

        `stored` holds every question's id with a checked answer or None, and is written to.
        """
        return self._evaluate(stored, self._visible(stored, stored, ()))

    def score(self, answers: Mapping[str, object], skipped: Collection[str] = ()) -> list[Score]:
        stored = self._stored(answers, skipped)
        visible = self._visible(stored, answers, skipped)
        results = []
        values = self._evaluate(stored, visible)
        kept = self._answered(stored)
        seen = kept if visible is stored else self._answered(visible)
        for rule, value in zip(self._questionnaire.scores, values, strict=True):
            questions = self._below[rule.id]
            source = kept if rule.as_stored else seen
            results.append(
                Score(
                    id=rule.id,
                    value=value,
                    n_answered=len(questions & source),
                    n_items=len(questions),
                    rule_sha=self._shas[rule.id],
                    title=rule.title,
                    primary=rule.primary,
                )
            )
        return results

    def _evaluate(self, stored: dict[str, object], visible: dict[str, object]) -> list[Value]:
        results: list[Value] = []
        if visible is stored:
            for rule_id, _, evaluate in self._rules:
                stored[rule_id] = value = evaluate(stored)
                results.append(value)
            return results
        for rule_id, as_stored, evaluate in self._rules:
            value = evaluate(stored if as_stored else visible)
            stored[rule_id] = visible[rule_id] = value
            results.append(value)
        return results

    def _answered(self, inputs: dict[str, object]) -> set[str]:
        """The questions with an answer, looked at once however many scores rest on them."""
        return {one for one, present in self._present.items() if present(inputs[one])}

    def _stored(self, answers: Mapping[str, object], skipped: Collection[str]) -> dict[str, object]:
        stored = dict(self._empty)
        for item_id, value in answers.items():
            # True equals 1 wherever Python looks something up, but only a yes/no item has it.
            misplaced = isinstance(value, bool) and item_id not in self._booleans
            if item_id in stored and item_id not in skipped and answered(value) and not misplaced:
                stored[item_id] = value
        return stored

    def _visible(
        self, stored: dict[str, object], answers: Mapping[str, object], skipped: Collection[str]
    ) -> dict[str, object]:
        if not self._questionnaire.has_conditions:
            return stored
        visible = dict(stored)
        on_screen = shown(self._questionnaire, answers, skipped)
        certain = hidden_for_certain(self._questionnaire, answers, skipped)
        for item in self._questionnaire.conditional:
            if item.id not in on_screen and item.id in stored:
                visible[item.id] = item.when_hidden if item.id in certain else None
        return visible


Compiled: TypeAlias = tuple[str, bool, Callable[[Inputs], Value]]


def _compile(questionnaire: Questionnaire, rule: ScoreRule) -> Compiled:
    converts = tuple(converter(questionnaire, rule, one) for one in rule.of)
    also = tuple(
        (tuple((one, presence(questionnaire, one)) for one in extra.of), extra.need)
        for extra in rule.also
    )
    pairs = tuple(zip(rule.of, converts, strict=True))
    combine = _COMBINE[rule.by]
    finish = _finisher(rule)
    need = rule.need

    def evaluate(inputs: Inputs) -> Value:
        got = [convert(inputs[one]) for one, convert in pairs]
        if len(got) - got.count(None) < need:
            return None
        for counted, wanted in also:
            if sum(present(inputs[one]) for one, present in counted) < wanted:
                return None
        return finish(combine(got))

    inputs = None if also else possible_inputs(questionnaire, rule)
    remembered = inputs is not None and inputs <= _MEMO_LIMIT
    return rule.id, rule.as_stored, _remember(evaluate, rule.of) if remembered else evaluate


def possible_inputs(questionnaire: Questionnaire, rule: ScoreRule) -> int | None:
    """How many different inputs a rule can meet; None where its answers are no choices of a few."""
    combinations = 1
    for one in rule.of:
        if not questionnaire.has_item(one) or questionnaire.item(one).type != "choice":
            return None
        combinations *= len(questionnaire.item(one).options) + 1
    return combinations


def _remember(
    evaluate: Callable[[Inputs], Value], of: tuple[str, ...]
) -> Callable[[Inputs], Value]:
    pick = itemgetter(*of)
    memo: dict[object, Value] = {}

    def recall(inputs: Inputs) -> Value:
        key = pick(inputs)
        try:
            return memo[key]
        except KeyError:
            pass
        except TypeError:
            # A malformed stored answer, a list where one code belongs, cannot be a key.
            return evaluate(inputs)
        value = evaluate(inputs)
        if len(memo) < _MEMO_LIMIT:
            memo[key] = value
        return value

    return recall


def _numbers(got: list[object]) -> list[float]:
    return [value for value in got if isinstance(value, int | float)]


def _sum(got: list[object]) -> Value:
    """The sum. A rule over one earlier text score passes it on, so that a table can translate it;
    words among several inputs are refused when the file is read.
    """
    return got[0] if isinstance(got[0], str) else sum(_numbers(got))


def _mean(got: list[object]) -> Value:
    present = _numbers(got)
    return sum(present) / len(present) if present else None


def _max(got: list[object]) -> Value:
    return max(_numbers(got), default=None)


def _key(got: list[object]) -> Value:
    return ",".join(text_of(value) for value in got)


_COMBINE: dict[str, Callable[[list[object]], Value]] = {
    "sum": _sum,
    "mean": _mean,
    "max": _max,
    "key": _key,
}


def _finisher(rule: ScoreRule) -> Callable[[Value], Value]:
    then, digits, table = rule.then, rule.round, rule.table
    bounds = [bound for bound, _ in table] if isinstance(table, tuple) else []

    def finish(value: Value) -> Value:
        if isinstance(value, int | float):
            if then is not None:
                value = then[0] * value + then[1]
            value = rounded(value, digits)
        if value is None or table is None:
            return value
        if isinstance(table, dict):
            return table.get(text_of(value))
        place = bisect_right(bounds, value) if isinstance(value, int | float) else 0
        return table[place - 1][1] if place else None

    return finish


def questions_below(questionnaire: Questionnaire) -> dict[str, tuple[str, ...]]:
    """For every score the questions that it rests on, directly or through other scores."""
    below: dict[str, tuple[str, ...]] = {}
    for rule in questionnaire.scores:
        found: dict[str, None] = {}
        for one in rule.of:
            found.update(dict.fromkeys(below.get(one, (one,))))
        below[rule.id] = tuple(found)
    return below


def fingerprints(questionnaire: Questionnaire) -> dict[str, str]:
    """For every score the hash of its rule, of its inputs' code lists and of the rules below."""
    shas: dict[str, str] = {}
    for rule in questionnaire.scores:
        wanted = dict.fromkeys((*rule.of, *(one for extra in rule.also for one in extra.of)))
        inputs = {one: shas.get(one) or _answer_facts(questionnaire, one) for one in wanted}
        facts = {"rule": {**asdict(rule), "title": "", "primary": False}, "inputs": inputs}
        text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
        shas[rule.id] = hashlib.sha256(text.encode()).hexdigest()
    return shas


def _answer_facts(questionnaire: Questionnaire, item_id: str) -> object:
    item = questionnaire.item(item_id)
    codes = [[option.code, option.missing, option.exclusive] for option in item.options]
    return [item.type, codes, item.low, item.high, item.when_hidden]
