"""Chapter 05b, predicted before it is measured: how often one person agrees with the others."""

from lmcourse.checks import Exercise, Specimen, number_prediction

WHY = "No model can be asked for much more on these labels; where 100 % is claimed, ask what was measured."


exercise = Exercise(
    id="05b.human_ceiling",
    title="predict: how often does one person agree with the others?",
    text="""
Each movie sentence was rated from −4 to 4 by 15 people or more. Take one rating, and the mean of all *other* ratings
of the same sentence. In which share of the cases do the two have the **same sign**? (A rating of 0 has no sign and is
left out.) Answer with a number between 0.5 (a coin) and 1; within 0.02 is right.
""",
    difficulty=1,
    minutes=1,
    stub="answer = ...",
    hints=(
        "Think of ten sentences of reviews that you have read: how many would two people sort differently?",
        "The mean of the others is one voice of many. It is steadier than a second person: you may go a little higher.",
    ),
    solution="answer = 0.95",
    why=WHY,
    task=number_prediction(float, within=0.02, why=WHY),
    specimens=(
        Specimen("95 %", "a number is expected"),
        Specimen(True, "a number is expected"),
        Specimen(1.0, "you predicted 1;", measured=0.95),
        Specimen(0.7, "you predicted 0.7;", measured=0.95),
    ),
)
