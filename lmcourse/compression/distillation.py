"""A small model learns from a large one's probabilities (Hinton et al. 2015, section 2)."""

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F


def distillation_loss(
    student: Float[Tensor, "B C"],
    teacher: Float[Tensor, "B C"],
    labels: Int[Tensor, " B"] | None = None,
    temperature: float = 2.0,
    share: float = 0.5,
) -> Tensor:
    """share · τ² · KL(teacher ‖ student) at temperature τ, plus (1 − share) · cross-entropy with the labels, in nats.

    τ² keeps the gradient's size whatever the temperature. Without labels only the first part counts, whole.
    """
    soft, wanted = F.log_softmax(student / temperature, -1), F.softmax(teacher.detach() / temperature, -1)
    loss = temperature**2 * F.kl_div(soft, wanted, reduction="batchmean")
    return loss if labels is None else share * loss + (1 - share) * F.cross_entropy(student, labels)


def spread_blocks(blocks: int, wanted: int) -> list[int]:
    """Which of a teacher's blocks a student of `wanted` blocks begins with: evenly spread, the first one among them."""
    return [round(i) for i in torch.linspace(0, blocks - 1, wanted).tolist()] if wanted > 1 else [0]
