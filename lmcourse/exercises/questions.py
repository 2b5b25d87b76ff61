"""The questions of the quiz: one right answer each, and for every wrong one the misconception that leads to it.

`section` is the number of the chapter's section to see again, "" where the chapter as a whole is meant.
"""

import random
from dataclasses import dataclass
from functools import cached_property

from lmcourse import checks


@dataclass(frozen=True)
class Question:
    """What is asked of which concept, the right answer and why, and each wrong answer with its misconception."""

    name: str
    chapter: str
    section: str
    concept: str
    asks: str
    right: str
    why: str
    wrong: dict[str, str]

    @cached_property
    def options(self) -> dict[str, str]:
        """The answers by letter, in an order that the question's name decides."""
        answers = [self.right, *self.wrong]
        random.Random(self.name).shuffle(answers)
        return dict(zip("abcd", answers, strict=False))

    @cached_property
    def exercise(self) -> checks.Exercise:
        """The question as an exercise, so that it is judged and kept as all others are."""
        letter = next(letter for letter, words in self.options.items() if words == self.right)
        told = {letter: {self.right: self.why, **self.wrong}[words] for letter, words in self.options.items()}
        return checks.Exercise(
            id=f"quiz.{self.name}",
            title=self.concept,
            text=self.asks,
            difficulty=1,
            minutes=1,
            stub="answer = ...",
            hints=(f"See {self.place} again.", "Which of the answers can be ruled out?"),
            solution=f'answer = "{letter}"',
            why=self.why,
            task=checks.choice(self.options, told, letter),
        )

    @property
    def place(self) -> str:
        """Where the question is answered: chapter and section."""
        return f"chapter {self.chapter}, section {self.section}" if self.section else f"chapter {self.chapter}"


QUESTIONS = (
    # ---------------------------------------------------------------- 01 background
    Question(
        "operations",
        "01",
        "3",
        "operations of a training",
        "A model of N weights is trained on D tokens, each read once. About how many operations is that?",
        "6 N D",
        "Two for each weight and token on the way forward, four on the way back.",
        {
            "2 N D": "That is reading only: the way back, which finds the gradients, costs twice as much again.",
            "6 N": "That is the cost of a single token: each of the D tokens passes all the weights.",
            "N D²": "A token passes the weights once; only attention's own, smaller share grows with the length.",
        },
    ),
    Question(
        "memory",
        "01",
        "4",
        "memory of a training",
        "Training in float32 with Adam: how many bytes does each parameter take, before any batch is read?",
        "16",
        "Weight, gradient, and Adam's two moments, four bytes each.",
        {
            "4": "That is the weight alone, as in reading; training also holds its gradient and Adam's moments.",
            "8": "That is weight and gradient, as for plain SGD; Adam keeps two more numbers of each.",
            "it depends on the length of the texts": "What grows with the texts are the activations; they come on top.",
        },
    ),
    Question(
        "self-supervised",
        "01",
        "7",
        "self-supervised learning",
        "Which of these tasks is self-supervised?",
        "to foretell a word that was hidden in a text",
        "Its target is taken from the text itself: nobody labels anything.",
        {
            "to say what is in a picture that people have labelled": "The target comes from people: it is supervised, "
            "whatever §1.2 (3) says.",
            "to foretell the stars of a review from its words": "The stars are labels that people gave, though they "
            "cost the course nothing.",
            "to sort texts into heaps with no target at all": "Without a target nothing is foretold: that is "
            "unsupervised, as in clustering.",
        },
    ),
    # ---------------------------------------------------------------- 02 core concepts
    Question(
        "missing-arrow",
        "02",
        "2",
        "the graph of the concepts",
        "Follow the arrows of the document's graph (§2.2), as it is drawn, from pretraining on. Where do they lead?",
        "not to the downstream task: two arrows are missing",
        "Pretraining has none to fine-tuning, and transfer learning none to the task that it serves.",
        {
            "to the downstream task, by way of fine-tuning": "So it ought to be, but the arrow from pretraining to "
            "fine-tuning isn't drawn.",
            "to the downstream task, by way of transfer learning": "Transfer learning is reached, but no arrow leads "
            "out of it.",
            "back to pretraining, in a circle": "Only the data set leads into it, and nothing leads back there.",
        },
    ),
    Question(
        "not-in-everything",
        "02",
        "5",
        "what pretraining hands on",
        "The same linear head stands on random and on pretrained weights. In which task did pretraining not help?",
        "whether a text has an odd number of words",
        "On either weights the head is about as good as a coin: even the number itself gives a linear head no cut.",
        {
            "whether a sentence about a film is friendly": "Meaning is what pretraining hands on: it was ahead in "
            "each task that asks for it.",
            "whether a product review is friendly": "It helps there, and so does a head that has learnt films only.",
            "none: better weights are better for everything": "Vectors keep what pretraining needed. A text's length "
            "is told less well from them than from random ones.",
        },
    ),
    # ---------------------------------------------------------------- 03 pipeline
    Question(
        "standardise",
        "03",
        "6",
        "leaks",
        "Columns are to be standardised. Of which rows are mean and spread computed?",
        "of the training rows, for all parts",
        "Whatever is fitted belongs behind the split, and all parts are measured by the same rule.",
        {
            "of all rows, since no label is looked at": "Then the test rows have a say in the model's input. A mean "
            "does little harm, but the same habit with labels does much.",
            "of each part's own rows": "Then the same value means one thing in training and another in the test.",
            "of the test rows, as they are what counts": "The test part is for measuring; nothing is fitted on it.",
        },
    ),
    Question(
        "copies",
        "03",
        "5",
        "splitting",
        "Near copies of the same texts stand in the training part and in the test part. What does the test measure?",
        "in part memory: the figure is too good",
        "What was learnt by heart counts as understood. Copies have to stay together when data are split.",
        {
            "the same as before: copies are no labels": "A copy brings its label along: who knows the one knows the "
            "other without any understanding.",
            "too little: copies make the test harder": "The other way round: what was met in training is easier.",
            "nothing certain, the figure only gets noisier": "It moves in one direction, upwards; that is no noise.",
        },
    ),
    Question(
        "pretraining-texts",
        "03",
        "7",
        "pretraining within the pipeline",
        "Pretraining needs no labels. Which texts may it read, if the test is to stand for texts to come?",
        "those of the training part",
        "Texts to come cannot have been read before. What is fitted, weights too, stands behind the split.",
        {
            "all texts, as there are no labels to leak": "Then the model knows the words of the test texts, which it "
            "can't know of texts to come.",
            "only those of the training part that have labels": "Texts without labels are what pretraining is for.",
            "those of training and validation, not the test": "Then the validation figure is no longer one on unseen "
            "texts, and recipes are chosen by it.",
        },
    ),
    # ---------------------------------------------------------------- 04a mathematics
    Question(
        "logit-gradient",
        "04a",
        "5",
        "the gradient of the loss",
        "What is the derivative of softmax and cross-entropy with respect to the logits? (y is 1 at the right class.)",
        "p − y",
        "What was said minus what was right: it vanishes when the model says what is true.",
        {
            "y − p": "That is the direction in which the logits should go: minus the gradient.",
            "p": "The right class's own part is missing: at it the gradient is p − 1.",
            "−ln p": "That is the loss itself, not its slope.",
        },
    ),
    Question(
        "double-sign",
        "04a",
        "8",
        "the sign of the loss",
        "§4.2 gives −1/N Σ ℓ, with ℓ the cross-entropy. What happens to a model that is trained to minimise it?",
        "its cross-entropy climbs: the sign is counted twice",
        "ℓ = −ln p holds the minus already. Another one turns the direction round.",
        {
            "it learns as usual: the minus makes the loss positive": "ℓ = −ln p is positive already; the second minus "
            "makes it negative.",
            "it learns, but more slowly": "The step's size is the same; its direction is the opposite one.",
            "nothing: the signs cancel and the gradient is 0": "Two signs cancel to a plus, not to 0: the gradient is "
            "as large as ever.",
        },
    ),
    Question(
        "objective",
        "04a",
        "7",
        "what BERT maximises",
        "What does masked language modelling maximise?",
        "ln P of the selected words, given the changed text",
        "Only the selected positions count, and the model sees a text in which they were changed.",
        {
            "the probability of the whole sentence": "The answers are given one by one, each from the others: their "
            "product is no probability of the sentence.",
            "ln P of all the words, each given the text as it was": "Then copying solves the task, and nothing is "
            "learnt.",
            "ln P of each word, given those that stand before it": "That is a causal model such as GPT; BERT sees both "
            "sides.",
        },
    ),
    # ---------------------------------------------------------------- 04b transformer and BERT
    Question(
        "root-d",
        "04b",
        "2",
        "scaled dot products",
        "Why are the scores of attention divided by √d?",
        "wide vectors give large scores: softmax saturates",
        "Undivided, one weight is nearly 1, the rest nearly 0, and hardly any gradient is left.",
        {
            "so that each token's weights add up to 1": "Softmax sees to that, whatever the scores are.",
            "so that a long text does not outweigh a short one": "d is the width of a head; the text has no part "
            "in it.",
            "because the heads share the width, each a part": "The sharing fixes d; it isn't why anything is divided "
            "by its root.",
        },
    ),
    Question(
        "late-mask",
        "04b",
        "3",
        "masks",
        "Somebody applies the mask after the softmax: the weights of hidden keys are set to 0. What goes wrong?",
        "hidden keys still stand in the denominator",
        "So the other weights depend on what should not be seen, and no longer add up to 1.",
        {
            "nothing: what has weight 0 is not seen": "Its value isn't added, but its score has made the other weights "
            "smaller: they tell of it.",
            "the weights add up to more than 1": "To less: something was taken away and nothing put back.",
            "no gradient gets through the softmax any more": "It does, through every weight that was left.",
        },
    ),
    Question(
        "positions",
        "04b",
        "5",
        "positions",
        "A Transformer without positions and without a mask reads a sentence, then its words shuffled. What comes?",
        "the same vectors, in the shuffled order",
        "Attention is permutation-equivariant: without positions a text is a bag of words.",
        {
            "the same vector for all the words": "Words differ by what they are; only their places are unknown.",
            "other vectors, as the neighbours are others": "A word looks at all the others alike; who stands next to "
            "it makes no difference.",
            "other vectors, as the heads have learnt an order": "Heads see order only in what positions put into the "
            "vectors.",
        },
    ),
    # ---------------------------------------------------------------- 04c masked words and next sentences
    Question(
        "eighty-ten-ten",
        "04c",
        "2",
        "masking 80/10/10",
        "Of the selected words 10 % are swapped and 10 % stay as they are. What is that for?",
        "words that are seen need good vectors too",
        "Later texts have no [MASK]. So any word might be the one asked for, and the model works at each.",
        {
            "it saves time, as fewer words must be foretold": "All the selected words are foretold, those that stay as "
            "well.",
            "a [MASK] has no vector of its own": "It has one, like every piece of the vocabulary.",
            "it makes the loss smaller, so that training is stable": "Foretelling a word that stayed is easier, but "
            "a smaller loss is no aim of its own.",
        },
    ),
    Question(
        "half-sum",
        "04c",
        "5",
        "the sum and the half sum",
        "§4.3 takes ½ (MLM + NSP), the paper the sum. What does the ½ change with Adam (no clipping, no penalty)?",
        "nothing, but for the tiny ε",
        "Adam divides a gradient by its own size: a constant factor cancels.",
        {
            "each step is half as long": "That is so with SGD; Adam divides by the gradient's own size.",
            "the minimum lies elsewhere": "Half a landscape has its valleys in the same places.",
            "NSP counts less beside MLM": "Both are halved: their ratio stays.",
        },
    ),
    Question(
        "nsp",
        "04c",
        "7",
        "next sentence prediction",
        "The wrong second sentences come from other documents. What does a model have to know to tell them?",
        "mostly the topic",
        "A rule that knows nothing but shared words gets a good part right: another document has another topic.",
        {
            "which of two sentences comes first": "Both of a pair in the wrong order come from one document: such "
            "pairs are SOP's, not NSP's.",
            "whether the grammar is right": "Both sentences are whole and right, in either kind of pair.",
            "facts about the world": "Words shared between the two sentences tell most pairs apart, no facts.",
        },
    ),
    # ---------------------------------------------------------------- 05a fine-tuning
    Question(
        "last-layers",
        "05a",
        "5",
        "which layers learn",
        "§5.2: “the last layers are frozen, and only the classification head is tuned.” What does not fit?",
        "if only the head is tuned, all layers are frozen",
        "These are two recipes: with the last layers frozen the lower ones would still learn.",
        {
            "nothing: the lower layers don't count, they are never tuned": "Tuning all layers is what the BERT paper "
            "does; the lower ones learn too, unless they are frozen.",
            "the head cannot be tuned while layers are frozen": "It can: its gradient needs nothing from below.",
            "the last layers are the only ones that must learn": "Which ones pay has to be measured; a frozen encoder "
            "can serve well.",
        },
    ),
    Question(
        "freezing-time",
        "05a",
        "5",
        "what freezing saves",
        "Why does freezing the *lowest* layers save more time than freezing the *top* ones?",
        "the way back can end earlier",
        "It ends at the lowest layer that learns. To get there it must walk down through all above, frozen or not.",
        {
            "frozen layers are left out on the way forward": "Every text still passes through them: the head needs "
            "their output.",
            "low layers have more weights than top ones": "All the blocks are of one size.",
            "fewer steps are needed until the end": "The number of steps is set; each of them gets cheaper.",
        },
    ),
    Question(
        "chosen-on-test",
        "05a",
        "7",
        "choosing on the test set",
        "Of twenty recipes the one with the best figure on the test set is taken. What is that figure worth?",
        "it is too high on average: luck was chosen with it",
        "Even of twenty coins the best beats a coin. Choose on validation, look at the test once.",
        {
            "it is fair, as all were measured on the same texts": "The comparison is fair; the best one's own figure "
            "isn't, as luck helped it to the top.",
            "it is fair if the test set is balanced": "Balance has no part in it: the best of many is lucky anywhere.",
            "it is too low, as the test set is harder": "Nothing is harder there, and choosing moves the figure up.",
        },
    ),
    # ---------------------------------------------------------------- 05b evaluation
    Question(
        "rare",
        "05b",
        "1",
        "precision and the share of positives",
        "One classifier, its rates of error unchanged (none is 0), meets a smaller share of positives. What falls?",
        "precision",
        "There are more negatives for false alarms, and fewer positives to be found.",
        {
            "recall": "Recall looks at the positives only: however few, the same share of them is found.",
            "the false positive rate": "It looks at the negatives only, and is a property of classifier and threshold.",
            "all figures, as the task is harder": "Nothing got harder: the same errors are made, on another mixture.",
        },
    ),
    Question(
        "table",
        "05b",
        "8",
        "can the table be true?",
        "A balanced test set, precision 0.84, recall 0.91. What was the accuracy?",
        "about 0.87",
        "With as many positives as negatives these two fix the false alarms as well: 0.88 can't come out.",
        {
            "about 0.88, the mean of the two, rounded": "Accuracy isn't their mean: recall counts positives, precision "
            "alarms.",
            "0.91, as recall is the share that is right": "Recall is that share among the positives; negatives count "
            "as well.",
            "that can't be known without the number of texts": "Accuracy is a share: from a balanced set's precision "
            "and recall it follows without any number.",
        },
    ),
    Question(
        "mcnemar",
        "05b",
        "5",
        "two models on the same texts",
        "Which texts tell McNemar's test which of two models is better?",
        "those where exactly one of the two is right",
        "Were both equally good, each of these would fall to either side like a fair coin.",
        {
            "all of them, as each adds to the accuracies": "Where both are right, or both wrong, nothing tells them "
            "apart.",
            "those where both are wrong": "Hard texts say something about the task, and nothing about a difference.",
            "those with the least sure probabilities": "The test sees right and wrong only; how sure a model was "
            "doesn't enter.",
        },
    ),
    # ---------------------------------------------------------------- 06a language and vision
    Question(
        "iou",
        "06a",
        "9",
        "intersection over union",
        "Two boxes of one size overlap by half of each. What is their IoU?",
        "one third",
        "They share ½ and cover 1½ together.",
        {
            "one half": "That is the overlap by one box; the union is larger than either.",
            "one quarter": "That divides by both areas added up, so what they share counts twice below.",
            "two thirds": "That is what one box covers of the union; the overlap is only half a box.",
        },
    ),
    Question(
        "second-hit",
        "06a",
        "9",
        "mean average precision",
        "One object, and two found boxes that both lie well on it. How does mAP count them?",
        "the surer one is right, the other one a false alarm",
        "Each true object can be found once. Otherwise repeating a box would pay.",
        {
            "both are right, as both pass the threshold of IoU": "Then a detector could say every box ten times and "
            "lose nothing.",
            "the one with the larger IoU is right, whatever its score": "Boxes are taken in the order of their scores; "
            "IoU only has to pass a threshold.",
            "the second one isn't counted at all": "It is an alarm that finds nothing new: it lowers precision.",
        },
    ),
    Question(
        "section-six",
        "06a",
        "1",
        "reading the document closely",
        "With which section does the document's chapter 6, on applications, begin?",
        "6.4: sections 6.1 to 6.3 are missing",
        "The document jumps. The course fills the gap from the list in §3.4, and says so.",
        {
            "6.1, on natural language processing": "The fields are listed in §3.4; chapter 6 has nothing before 6.4.",
            "6.1, on the state of today's applications": "That is what one would expect there; it was not written.",
            "6.0, an introduction without a number": "There is a heading, and then at once 6.4.",
        },
    ),
    # ---------------------------------------------------------------- 06b speech and recommendation
    Question(
        "word-errors",
        "06b",
        "4",
        "word error rate",
        "Three words were said, and seven others were heard. Can the word error rate be above 1?",
        "yes: words that were put in count as errors too",
        "Edits are divided by the words said, and there is no bound to what may be put in.",
        {
            "no: a share lies between 0 and 1": "It isn't a share: above stand edits, below the words that were said.",
            "no: at most all the words that were said are wrong": "Four words too many are four errors more.",
            "yes, but only if nothing was said": "Then it has no value at all; many words put in are enough.",
        },
    ),
    Question(
        "random-split",
        "06b",
        "9",
        "splitting histories",
        "What happens when the events of a shop are split at random into training and test?",
        "the figure is too good: the future tells the past",
        "A history is cut in time, as it will be when the method is in use.",
        {
            "nothing, as events are independent of each other": "What somebody takes depends on what they took before: "
            "that is what recommending lives on.",
            "the figure is too low, as histories have gaps": "Gaps cost a little; the neighbours on either side of a "
            "gap tell far more.",
            "it is the fairest way, since chance favours nobody": "Chance is fair to methods, and tells them what they "
            "won't be told in use.",
        },
    ),
    # ---------------------------------------------------------------- 06c finance, medicine and the future
    Question(
        "calibrated",
        "06c",
        "2",
        "calibration",
        "A model of credit is calibrated. What does that mean of those who were told 0.3?",
        "of many of them, about three in ten fail",
        "It is a promise about groups. One person's own probability may lie far from it.",
        {
            "each of them fails with probability 0.3": "Right on average is not right for each: among them some are at "
            "0.1 and some at 0.6.",
            "the model is right in seven of ten cases": "That would be an accuracy; a calibrated model can be hardly "
            "more accurate than the commonest class.",
            "the bank should refuse them from 0.3 on": "Where to refuse follows from the costs.",
        },
    ),
    Question(
        "invented",
        "06c",
        "5",
        "what a made task shows",
        "On made DNA a Transformer knew the order of two motifs and counts did not. What has been shown?",
        "what counting lacks",
        "And that on a task that was made to show it. A look at places would have solved it.",
        {
            "that genes need a Transformer": "No real gene was read, and the task was built against the rival.",
            "that counts are useless for sequences": "Where a run of letters tells, counting it is hard to beat.",
            "that the Transformer understands biology": "It tells which of two patterns comes first. Biology has no "
            "part in it.",
        },
    ),
    # ---------------------------------------------------------------- 07 tools and papers
    Question(
        "cache",
        "07",
        "6",
        "the cache",
        "Why may a GPT keep the keys and values of earlier tokens, where BERT could not?",
        "what it sees of the past never includes what comes later",
        "Causal attention: an earlier token's vectors stay the same, whatever is added.",
        {
            "its weights no longer change": "Nor do BERT's, once it is trained; that isn't enough.",
            "its positions are counted from the start": "So are BERT's; but there each new token changes all the "
            "vectors before it.",
            "it writes one token at a time": "So could BERT; it would have to read everything anew each time.",
        },
    ),
    Question(
        "sharing",
        "07",
        "8",
        "shared layers",
        "ALBERT uses one block twelve times instead of twelve blocks. What does that save?",
        "memory for weights, and hardly any time",
        "The block is still computed twelve times.",
        {
            "memory and time, a twelfth is left of both": "The text still passes a block twelve times; only its "
            "weights are stored once.",
            "time, as the block is in the cache by then": "Operations decide, and they are as many as before.",
            "nothing, as the gradients are twelve times as many": "They are added up into one block's gradient.",
        },
    ),
    Question(
        "in-context",
        "07",
        "7",
        "learning in context",
        "A GPT gets some examples of a task in its text and goes on correctly. Which weights have changed?",
        "none",
        "The examples are only read. Heads that find an earlier occurrence and copy what followed it can be enough.",
        {
            "those of the last layers": "That would be fine-tuning. Here nothing is trained: the text is longer.",
            "those of attention, as its weights depend on the text": "Attention's shares are computed anew for each "
            "text; the matrices that make them stay.",
            "all, but only until the text ends": "The activations are new with each text; the weights aren't touched.",
        },
    ),
    # ---------------------------------------------------------------- 08a trends
    Question(
        "scaling",
        "08a",
        "1",
        "scaling laws",
        "L(N, D) = E + A/N^α + B/D^β. N grows without bound, D stays. What does the loss tend to?",
        "E + B/D^β",
        "Only the term with N goes away. What the data lack, no size makes up for.",
        {
            "0": "E stays in any case: text can't be foretold entirely.",
            "E": "For that the data have to grow as well.",
            "B/D^β": "E doesn't depend on N: it stays.",
        },
    ),
    Question(
        "infonce",
        "08a",
        "3",
        "InfoNCE",
        "A batch holds N pictures and their N captions. What is the contrastive loss InfoNCE?",
        "cross-entropy both ways, with the partner as the class",
        "Which caption belongs to a picture, and which picture to a caption: the rest of the batch is wrong.",
        {
            "the mean squared distance between partners": "Then all vectors could fall into one point: nothing pushes "
            "the others away.",
            "cross-entropy with the class that each picture shows": "There are no classes: the partner is the target.",
            "cross-entropy over captions only, as pictures can't be foretold": "Nothing has to be painted: the right "
            "picture is picked out of N.",
        },
    ),
    Question(
        "replay",
        "08a",
        "4",
        "forgetting and replay",
        "A model that knows task A is trained on task B, and loses A. What does replay do about it?",
        "it mixes some examples of A into the training on B",
        "What is asked for goes on to be learnt; a share of old examples may be enough.",
        {
            "it trains on B again and again": "That is just how A is lost.",
            "it tests A now and then, and warns": "That shows the forgetting, and holds nothing up.",
            "it freezes all weights that A has used": "Then B can't be learnt with them: that is another way, at "
            "another price.",
        },
    ),
    # ---------------------------------------------------------------- 08b challenges
    Question(
        "completeness",
        "08b",
        "2",
        "integrated gradients",
        "What does the completeness of integrated gradients say?",
        "attributions add up to the output minus that at the baseline",
        "Whatever the model says beyond the baseline is divided up without remainder.",
        {
            "attributions add up to 1": "They add up to a difference of outputs; that may be any number.",
            "each attribution is the gradient at the input": "It is a mean of gradients along the way from the "
            "baseline, times how far that input goes.",
            "every important word gets a positive one": "A word can speak against a class: then its share is negative.",
        },
    ),
    Question(
        "exposure",
        "08b",
        "7",
        "memorised secrets",
        "When is the *exposure* of a secret that stood in the training text high?",
        "when it is likelier than most others of its form",
        "It is a rank among candidates. Repetition in the training text makes it rise.",
        {
            "when its loss lies below the mean loss of the texts": "Something short and simple has a low loss, though "
            "nobody learnt it by heart. Compare with the like.",
            "when it stood in many different texts": "That is a cause that makes it likely, not the measure.",
            "when the model has written it once": "A model may never write it by itself, and still know it best.",
        },
    ),
    # ---------------------------------------------------------------- 09 questions
    Question(
        "drift-alarm",
        "09",
        "5",
        "an alarm of drift",
        "A test for drift runs each day at a level of 5 %. Nothing changes. What is to be expected in 100 days?",
        "about five alarms",
        "The level is the rate of false alarms. Who wants fewer sets it lower, and notices later.",
        {
            "none, as nothing has changed": "A test is wrong at its level even where there is nothing to find.",
            "one: after the first the test knows": "Each day is tested anew.",
            "about ninety-five alarms": "That is the share of days without one.",
        },
    ),
    Question(
        "int8",
        "09",
        "4",
        "whole numbers for weights",
        "Weights are to be stored as whole numbers from −127 to 127. What has to be stored beside them?",
        "a scale, for each row or for the whole matrix",
        "Weight ≈ scale × whole number. A scale for each row fits better than one for all.",
        {
            "nothing: they are rounded": "Most weights lie far below 1: nearly all of them would become 0.",
            "the gradients of the last step": "They belong to training. Rounded weights are only read.",
            "the weights as they were, to compute with": "Then nothing would have been saved.",
        },
    ),
    Question(
        "temperature-squared",
        "09",
        "4",
        "distillation",
        "Distillation softens teacher and student with temperature T, and multiplies that loss by T². What for?",
        "its gradients shrink as 1/T²",
        "Times T² its share in the sum stays; otherwise a change of T would change that as well.",
        {
            "so that the probabilities add up to 1 again": "Softmax has seen to that, at any temperature.",
            "because the teacher has T times as many layers": "T is what logits are divided by; it has nothing to do "
            "with sizes.",
            "so that the student becomes surer than its teacher": "A factor of the loss doesn't move its minimum: the "
            "teacher's own answer.",
        },
    ),
)
