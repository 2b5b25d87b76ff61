"""The future that the document names: inputs that kill mutants, and a home that follows commands.

Mutants are made of the functions below and run; a model only ever proposes their integer inputs.
"""

import ast
import inspect
import textwrap
from collections import Counter, defaultdict
from collections.abc import Callable

import numpy as np

# ---------------------------------------------------------------- tests and mutants


def fare(age, distance):
    price = 2 + distance * 3
    if age < 6:
        return 0
    if age >= 65 or distance > 100:
        return price - price // 4
    return price


def overdraft(balance, amount):
    left = balance - amount
    if left >= 0:
        return left
    if left < -500:
        return balance
    return left - 10


def shipping(weight, price):
    if price >= 50 and weight <= 20:
        return 0
    if weight > 20:
        return 5 + (weight - 20) * 2
    return 5


FUNCTIONS = (fare, overdraft, shipping)
EXAMPLES = ("5 10", "6 100", "64 101", "65 3", "66 99", "500 500", "0 500", "0 501", "20 50", "21 49", "19 51", "20 49")
SWAPS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


def mutants(function: Callable) -> list[Callable]:
    """The function with one operator changed, once for each operator that `SWAPS` knows."""
    source, made = textwrap.dedent(inspect.getsource(function)), []
    for number in range(len(list(ast.walk(ast.parse(source))))):
        tree = ast.parse(source)
        node = list(ast.walk(tree))[number]
        at = node.ops[0] if isinstance(node, ast.Compare) else getattr(node, "op", None)
        if type(at) not in SWAPS:
            continue
        if isinstance(node, ast.Compare):
            node.ops[0] = SWAPS[type(at)]()
        else:
            node.op = SWAPS[type(at)]()
        space: dict = {}
        exec(compile(ast.fix_missing_locations(tree), "<mutant>", "exec"), {}, space)
        made.append(space[function.__name__])
    return made


def mutation_score(function: Callable, changed: list[Callable], inputs: list[tuple[int, int]]) -> float:
    """The share of mutants that differ from the function on at least one input."""
    return float(np.mean([any(function(*pair) != mutant(*pair) for pair in inputs) for mutant in changed]))


def written(n: int, seed: int, order: int = 2) -> list[tuple[int, int]]:
    """Inputs from a model of characters, counted after `order` others in `EXAMPLES`; what is no pair is drawn again."""
    rng, counts = np.random.default_rng(seed), defaultdict(Counter)
    for line in EXAMPLES:
        padded = "^" * order + line + "$"
        for i in range(order, len(padded)):
            counts[padded[i - order : i]][padded[i]] += 1
    found: list[tuple[int, int]] = []
    while len(found) < n:
        line = "^" * order
        while line[-1] != "$" and len(line) < 16:
            letters, times = zip(*counts[line[-order:]].items(), strict=True)
            line += rng.choice(letters, p=np.array(times) / sum(times))
        numbers = line.strip("^$").split()
        if len(numbers) == 2:
            found.append((int(numbers[0]), int(numbers[1])))
    return found


def drawn(n: int, seed: int) -> list[tuple[int, int]]:
    """Inputs drawn evenly from 0 to 999."""
    return [tuple(map(int, pair)) for pair in np.random.default_rng(seed).integers(0, 1000, (n, 2))]


def boundaries(function: Callable, n: int, seed: int) -> list[tuple[int, int]]:
    """Inputs drawn from the numbers that stand in the function, and their neighbours."""
    constants = {node.value for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function))))
                 if isinstance(node, ast.Constant)}  # fmt: skip
    values = sorted({value + step for value in constants for step in (-1, 0, 1)})
    return [tuple(map(int, pair)) for pair in np.random.default_rng(seed).choice(values, (n, 2))]


# ---------------------------------------------------------------- a home that follows

ROOMS = ("kitchen", "bedroom", "bathroom", "hall", "office")
KNOWN = {
    "light on": ("turn on the light in the {}", "switch the {} light on", "light on in the {} please"),
    "light off": ("turn off the light in the {}", "switch the {} light off", "light off in the {} please"),
    "warmer": ("turn up the heating in the {}", "heating up in the {}", "make the {} warmer"),
    "cooler": ("turn down the heating in the {}", "heating down in the {}", "make the {} cooler"),
    "music": ("play music in the {}", "start the music in the {}", "put some music on in the {}"),
}
NEW = {
    "light on": ("it is too dark in the {}", "I can't see anything in the {}", "brighten the {}"),
    "light off": ("make it dark in the {}", "the lamp in the {} is not needed any more", "darken the {}"),
    "warmer": ("I am freezing in the {}", "it is cold in the {}", "raise the temperature in the {}"),
    "cooler": ("it is too hot in the {}", "lower the temperature in the {}", "I am sweating in the {}"),
    "music": ("I want to hear a song in the {}", "some jazz in the {}", "let me dance in the {}"),
}


def commands(phrasings: dict[str, tuple[str, ...]]) -> tuple[list[str], list[str]]:
    """Every phrasing for every room, and the intent of each."""
    rows = [(line.format(room), intent) for intent, lines in phrasings.items() for line in lines for room in ROOMS]
    texts, intents = zip(*rows, strict=True)
    return list(texts), list(intents)


def action(command: str, intent: str) -> dict[str, str | None]:
    """What the home is told: the intent, and the room if one was named (a slot, by looking it up)."""
    return {"do": intent, "where": next((room for room in ROOMS if room in command), None)}


APPLICATIONS = {
    "tests": {
        "field": "software (自动化测试)",
        "task": "which inputs find changed operators?",
        "data": "mutants of three small functions",
        "model": "character n-grams of example tests",
        "baseline": "evenly drawn inputs",
        "result": "06c-tests",
        "metric": "mutation score",
        "better": "higher",
        "ours": lambda rows: rows[0]["n-gram"],
        "theirs": lambda rows: rows[0]["drawn"],
        "earnest": "Real projects, generated code run in a sandbox, and a person who says what is right.",
    },
    "home": {
        "field": "home (智能家居)",
        "task": "what does a command want?",
        "data": "phrasings written by rule, new ones in the test",
        "model": "frozen MiniLM",
        "baseline": "TF-IDF and logistic regression",
        "result": "06c-home",
        "metric": "accuracy on new phrasings",
        "better": "higher",
        "ours": lambda rows: rows[0]["frozen"],
        "theirs": lambda rows: rows[0]["tfidf"],
        "earnest": "Recordings of many people, a way to ask back, and doors that no misheard word can open.",
    },
}
