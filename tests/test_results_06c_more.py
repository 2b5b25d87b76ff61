"""Molecules, marking, and the next exercise (chapter 06c): properties, and stored rows that come out again."""

from collections import Counter

import networkx
import numpy as np
import pytest
from test_results import row_of

from lmcourse.applications import education, medicine
from lmcourse.experiments.registry import EXPERIMENTS


def test_molecules_are_well_formed_and_counts_say_nothing():
    strings, labels = medicine.molecules(400, 3)
    for smiles, label in zip(strings, labels, strict=True):
        assert len(smiles) == medicine.LONG
        graph = networkx.Graph(medicine.bonds(smiles))
        atoms = {at for at, letter in enumerate(smiles) if letter.isalpha()}
        assert set(graph) == atoms
        assert networkx.is_connected(graph)
        most = {"C": 4, "N": 3, "O": 2}
        assert all(degree <= most[smiles[at]] for at, degree in graph.degree)  # bonds that an atom can have
        (ring,) = networkx.cycle_basis(graph)
        assert 6 <= len(ring) <= 9
        inside = {smiles[at] for at in ring}
        assert ("N" in inside, "O" in inside) == (bool(label), not label)
        assert medicine.in_ring(smiles) == label
        assert medicine.in_ring(smiles, "O") != label
        assert Counter(smiles)["N"] == Counter(smiles)["O"] == 1
    assert 0.4 < labels.mean() < 0.6
    assert len(set(strings)) > 390
    # Where N and O change places, nothing but the class changes.
    turned = str.maketrans("NO", "ON")
    assert all(medicine.in_ring(s.translate(turned)) != label for s, label in zip(strings, labels, strict=True))


def test_bonds_of_a_known_molecule():
    assert medicine.bonds("CC1CN(O)C1") == [(0, 1), (1, 3), (3, 4), (4, 6), (4, 8), (1, 8)]
    assert medicine.in_ring("CC1CN(O)C1")
    assert not medicine.in_ring("CC1CN(O)C1", "O")


def test_picking():
    rows = [{"exercise": name, "right": right} for name in "ab" for right in (True, False, False)]
    assert education.picked(rows, np.zeros(6)) == pytest.approx(1 / 3)
    assert education.picked(rows, np.array([2, 1, 0, 0, 1, 1])) == 0.5
    assert education.picked(rows, np.array([2, 1, 0, 5, 5, 1])) == 0.75


def test_an_exercise_is_marked_by_what_never_saw_it():
    rows = [{"exercise": str(i // 3), "right": i % 3 == 0} for i in range(90)]
    seen = []

    class Model:
        def __init__(self, inputs, labels):
            seen.append({int(i) // 3 for i in inputs})

        def predict_proba(self, inputs):
            assert not {int(i) // 3 for i in inputs} & seen[-1]
            return np.stack([1 - np.asarray(inputs) / 90, np.asarray(inputs) / 90], 1)

    scores = education.unseen_scores(Model, list(range(90)), rows, 0)
    np.testing.assert_allclose(scores, np.arange(90) / 90)
    assert len(seen) == 10


def test_the_learners_are_as_they_are_said_to_be():
    group = education.learners(300, 12, 0)
    assert (group.done.sum(1) == 12).all()
    assert (group.asked.sum(1) == education.ASKED).all()
    assert not (group.done & group.asked).any()
    assert group.right.mean() == pytest.approx(group.truth.mean(), abs=0.02)
    said = education.recommenders(group)
    assert all(found.shape == group.truth.shape for found in said.values())
    losses = {name: education.foretold(group, found)["log_loss"] for name, found in said.items()}
    assert min(losses, key=losses.get) == "truth"
    asked = group.truth[group.asked]
    entropy = -(asked * np.log(asked) + (1 - asked) * np.log(1 - asked)).mean()
    assert losses["truth"] == pytest.approx(entropy, abs=0.03)
    assert education.chance_of_success(0.5, 0.5) == 0.5


def test_the_course_marks_its_own_options_by_rule():
    rows = education.options()
    right = Counter(row["exercise"] for row in rows if row["right"])
    assert set(right.values()) == {1}
    assert set(right) == {row["exercise"] for row in rows}


def test_a_row_of_the_molecules():
    """Counting is exact; the training is repeated in full, and may end a little elsewhere on another machine."""
    row, again = row_of("06c-molecules", size=300, seed=1), EXPERIMENTS["06c-molecules"].row(size=300, seed=1)
    assert again["k-mers"] == pytest.approx(row["k-mers"], abs=0.005)
    assert again["Transformer"] == pytest.approx(row["Transformer"], abs=0.08)


def test_a_row_of_marking():
    """The exercises may have been edited since; then a few options fall to the other side."""
    row, again = row_of("06c-marking", seed=0), EXPERIMENTS["06c-marking"].row(seed=0)
    assert again["exercises"] == pytest.approx(row["exercises"], abs=5)
    for name in ("chance", "longest", "tfidf", "frozen"):
        assert again[name] == pytest.approx(row[name], abs=0.12), name


def test_a_row_of_the_next_exercise():
    setting = {"answered": 6, "seed": 2}
    row, again = row_of("06c-next-exercise", **setting), EXPERIMENTS["06c-next-exercise"].row(**setting)
    for way in ("popularity", "one skill", "skill per concept", "truth"):
        for figure in ("log_loss", "auc", "off"):
            assert again[way][figure] == pytest.approx(row[way][figure], abs=0.01), (way, figure)
