"""The words of a report that a reader may not know, each in a sentence."""

from __future__ import annotations

from bench.metrics.curve import BACKGROUND_FLOOR
from bench.metrics.floors import NO_FLOOR, USUAL, Floor
from bench.report.blocks import Block, Heading, Item, Items, Links

HEADING = "Words"
WORDS = {
    "sample": "the events that models are scored on: a dataset, its edition, a split, a class "
    "ratio and a number of events",
    "edition": "which form of a dataset: official is the published file, twin our simulation of "
    "it; figures of two editions are not to be compared",
    "twin": "the bench's own simulation of a dataset, called simulated in headings: it stands in "
    "for a published file that is not on the machine",
    "1:10": "the class ratio, signal to background; natural is the dataset's own",
    "@8000": "the number of events; @834+8000 is signal and background apart",
    "all-signal": "every signal event and a sample of the background, which weights bring back to "
    "the natural ratio: a rare signal is measured sharply from few events",
    "events hash": "the beginning of a hash of the set of events, in the column events: rows that "
    "share it saw the very same ones",
    "seed": "what the chance in a fit follows from; another seed is another fit of the same model",
    "letters": "models that share one in the column group cannot be told apart; a is the first "
    "place",
    "tied": "not to be told apart from the first one, by seeds or by events, whose tests are "
    "corrected together; an interval stands for itself, and may leave out 0 all the same",
    "DeLong": "the test whether two AUCs on the same events differ; paired, so that what is hard "
    "for both models cancels",
    "Holm": "the correction for many tests at once: with 100 pairs, five would differ by chance "
    "at 95 % without it",
    "family": "the models of one package",
    "AUC": "the area under the ROC: the chance that a signal event scores above a background event",
    "SIC": "ε_S / √ε_B, by how much a cut on the score raises the significance; ε_S and ε_B "
    "are the shares of signal and of background that pass",
    "max SIC": "the largest SIC over all thresholds that leave enough background",
    "floor": f"the {BACKGROUND_FLOOR} background events that a threshold has to leave; a max SIC "
    "that stands there is what so few events can show, and more background may show more",
    "threshold": "a score from which on an event is called signal, 0.5 unless said otherwise",
    "drift": "decisions that differ by the threshold alone, along one ROC",
    "valid": "the split of the fit's own dataset that a training is judged by",
    "calibration": "whether of events with score 0.8 four in five are signal",
    "corrected": "scores brought from the class ratio of the fit to that of the sample, by Bayes' "
    "rule",
    "prior shift": "another class ratio than in the fit; it moves precision and calibration and "
    "leaves the ROC",
    "domain shift": "other events within a class than in the fit; no correction brings that back",
    "sculpting": "how far a tight cut changes the mass spectrum of the background, in bits; a cut "
    "that makes a peak of its own cannot look for one",
    "void": "a guard found that the run is worth nothing; it keeps its row, and is not ranked",
    "allowed": "a finding that would make a run void, and that somebody let through: ✗ behind the "
    "model's name, as ! is a warning",
    "note": "what a guard wants known of a run; its figures stand",
}
"""Each with what it means."""

EXPLAINED = Links([Heading(HEADING, brief="What these words mean")])
"""The way to this section, for where they stand."""


def words(floor: Floor = USUAL) -> list[Block]:
    """The section, of a report whose maxima stand under this floor."""
    explained = WORDS | ({} if floor == USUAL else {"floor": _floor(floor)})
    return [Heading(HEADING), Items([Item(word, text) for word, text in explained.items()])]


def _floor(floor: Floor) -> str:
    if floor == NO_FLOOR:
        return (
            "none here: a threshold counts that leaves one background event, and a max SIC of so "
            "few is noise for the most part"
        )
    return (
        f"what a threshold has to leave: {floor.words}; a max SIC that stands there is a lower "
        "limit, as what lies beyond was ruled out"
    )
