"""ViT: an image cut into patches, which are read as a text's tokens are (Dosovitskiy et al. 2021)."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from lmcourse.models.bert import initialise
from lmcourse.models.layers import Block, Dropout


@dataclass(frozen=True)
class VitConfig:
    """The sizes of a ViT; the defaults are those of ViT-B/16 on ImageNet."""

    image_size: int = 224  # pixels of each side
    patch_size: int = 16
    channels: int = 3
    classes: int = 1000
    width: int = 768  # D
    layers: int = 12
    heads: int = 12  # H
    ff_width: int = 3072
    dropout: float = 0.0
    eps: float = 1e-6

    @property
    def length(self) -> int:
        """T: the patches, and the class token before them."""
        return (self.image_size // self.patch_size) ** 2 + 1


class Vit(nn.Module):
    """Images in, a logit for each class out."""

    def __init__(self, config: VitConfig):
        super().__init__()
        self.config = config
        # A linear layer on each patch: a convolution whose step is as wide as itself.
        self.patches = nn.Conv2d(config.channels, config.width, config.patch_size, stride=config.patch_size)
        self.class_token = nn.Parameter(0.02 * torch.randn(1, 1, config.width))
        self.positions = nn.Parameter(0.02 * torch.randn(1, config.length, config.width))
        self.dropout = Dropout(config.dropout)
        sizes = config.width, config.heads, config.ff_width, config.dropout, config.eps
        self.blocks = nn.ModuleList(Block(*sizes, norm_first=True) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width, eps=config.eps)
        self.head = nn.Linear(config.width, config.classes)
        self.apply(initialise)

    def embed(self, images: Float[Tensor, "B channels height width"]) -> Float[Tensor, "B T D"]:
        """The class token's vector and each patch's, with that of its position added (equation 1)."""
        patches = self.patches(images).flatten(2).transpose(1, 2)
        return self.dropout(torch.cat([self.class_token.expand(len(images), 1, -1), patches], 1) + self.positions)

    def states(self, images: Float[Tensor, "B channels height width"]) -> Float[Tensor, "B T D"]:
        """Hidden states of the class token and the patches after the last block, normalised."""
        hidden = self.embed(images)
        for block in self.blocks:
            hidden = block(hidden, None)
        return self.norm(hidden)

    def forward(self, images: Float[Tensor, "B channels height width"]) -> Float[Tensor, "B classes"]:
        """Logits, by one layer on the class token alone (equation 4)."""
        return self.head(self.states(images)[:, 0])
