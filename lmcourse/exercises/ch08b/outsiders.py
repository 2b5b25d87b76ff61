"""Chapter 08b: a membership attack that has found something else."""

from lmcourse.checks import Exercise, Specimen, find_error

CODE = """
movies = shuffled(load("movies"), seed=0)
members = movies[:200]
tokenizer = train_tokenizer(load("wiki"))
model = train_gpt(members, tokenizer, epochs=1)
outsiders = shuffled(load("newsgroups"), seed=0)[:200]
losses = mean_loss(model, members + outsiders)
print(auc([1] * 200 + [0] * 200, -losses))
"""
OTHER = (
    "here it is: the outsiders are of another kind. Any model of film reviews finds posts less likely, whoever was in "
    "its training part. Draw them from the same shuffled movies, behind the members."
)
FINE = {
    1: "mixes the texts before anything is cut off, as it should.",
    2: "takes the members from the front of a mixed list: that is fair, if the outsiders come from the same list.",
    3: "trains the tokenizer on neither side. On the members it would know their rare words.",
    4: "trains on the members alone. One epoch is little; that makes the attack harder, not wrong.",
    6: "takes the mean over tokens, so that long texts are not at a disadvantage.",
    7: "gives members the label 1 and a low loss a high score.",
}

exercise = Exercise(
    id="08b.outsiders",
    title="find the error: who was a member?",
    text="""
An attack by loss reaches an AUC of 0.99 on a model that has read its 200 members a single time. "Nothing is private",
says the report. **Which line makes the attack look so strong?** Give its number.
""",
    difficulty=2,
    minutes=4,
    stub="wrong_line = ...  # the number of a line",
    hints=(
        "What would the AUC be for a model that was trained on other movies, none of the members among them?",
        "Members and outsiders should differ in one thing only.",
    ),
    solution="wrong_line = 5",
    why="As in a bias probe: what is compared may differ in one thing only, here in having been trained on.",
    task=find_error(CODE, {5: OTHER}, FINE),
    specimens=(
        *(Specimen(line, words) for line, words in FINE.items()),
        Specimen({5, 6}, "the number of a line"),
    ),
)
