"""Our tensors' and sizes' names and those of `transformers`: one table a model."""

from dataclasses import dataclass, field

from lmcourse.models.albert import AlbertConfig, AlbertForPreTraining
from lmcourse.models.bert import BertConfig, BertForPreTraining
from lmcourse.models.gpt import Gpt, GptConfig
from lmcourse.models.seq2seq import Seq2Seq, Seq2SeqConfig
from lmcourse.models.vit import Vit, VitConfig


@dataclass(frozen=True)
class Format:
    """How one of our models is written; `#` in a name stands for a layer's number."""

    kind: str  # config.json's `model_type`
    config: type
    model: type
    sizes: dict[str, str]  # our configuration's field → config.json's
    names: dict[str, str]  # our tensor, with or without `.weight` or `.bias` → theirs
    trunk: tuple[str, str] = ("", "")  # what begins the names of a model with heads, ours and theirs
    fixed: dict = field(default_factory=dict)  # what config.json must say, or leave out, for our model to be the same
    written: dict = field(default_factory=dict)  # what it says too
    left_out: str = r"$^"  # what of theirs we do not hold: tied copies, buffers
    transposed: tuple[str, ...] = ()  # ends of their matrices' names

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Our names and theirs, of the trunk alone and of the whole model."""
        ours, theirs = self.trunk
        trunk = [(o, t) for o, t in self.names.items() if o.startswith(ours) and t.startswith(theirs)]
        return [(o.removeprefix(ours), t.removeprefix(theirs)) for o, t in trunk] + list(self.names.items())


ENCODER_SIZES = {  # BertConfig's field → config.json's
    "vocab_size": "vocab_size",
    "width": "hidden_size",
    "layers": "num_hidden_layers",
    "heads": "num_attention_heads",
    "ff_width": "intermediate_size",
    "max_length": "max_position_embeddings",
    "segments": "type_vocab_size",
    "dropout": "hidden_dropout_prob",
    "eps": "layer_norm_eps",
    "pad_id": "pad_token_id",
}
BERT = Format(
    kind="bert",
    config=BertConfig,
    model=BertForPreTraining,
    sizes=ENCODER_SIZES,
    fixed={"hidden_act": "gelu"},
    written={"attention_probs_dropout_prob": 0.0},
    trunk=("bert.", "bert."),
    left_out=r"position_ids$|^cls\.predictions\.decoder\.",
    names={
        "bert.embeddings.tokens": "bert.embeddings.word_embeddings",
        "bert.embeddings.positions": "bert.embeddings.position_embeddings",
        "bert.embeddings.segments": "bert.embeddings.token_type_embeddings",
        "bert.embeddings.norm": "bert.embeddings.LayerNorm",
        "bert.blocks.#.attention.query": "bert.encoder.layer.#.attention.self.query",
        "bert.blocks.#.attention.key": "bert.encoder.layer.#.attention.self.key",
        "bert.blocks.#.attention.value": "bert.encoder.layer.#.attention.self.value",
        "bert.blocks.#.attention.out": "bert.encoder.layer.#.attention.output.dense",
        "bert.blocks.#.attention_norm": "bert.encoder.layer.#.attention.output.LayerNorm",
        "bert.blocks.#.ff_in": "bert.encoder.layer.#.intermediate.dense",
        "bert.blocks.#.ff_out": "bert.encoder.layer.#.output.dense",
        "bert.blocks.#.ff_norm": "bert.encoder.layer.#.output.LayerNorm",
        "bert.pooler": "bert.pooler.dense",
        "mlm_transform": "cls.predictions.transform.dense",
        "mlm_norm": "cls.predictions.transform.LayerNorm",
        "mlm_bias": "cls.predictions.bias",
        "nsp": "cls.seq_relationship",
        "head": "classifier",
    },
)
_SHARED = "albert.encoder.albert_layer_groups.0.albert_layers.0"  # one group of one layer
ALBERT = Format(
    kind="albert",
    config=AlbertConfig,
    model=AlbertForPreTraining,
    sizes=ENCODER_SIZES | {"embedding_width": "embedding_size"},
    fixed={"hidden_act": "gelu_new", "num_hidden_groups": 1, "inner_group_num": 1},
    written={"attention_probs_dropout_prob": 0.0},
    trunk=("bert.", "albert."),
    left_out=r"position_ids$|^predictions\.decoder\.",
    names={
        "bert.embeddings.tokens": "albert.embeddings.word_embeddings",
        "bert.embeddings.positions": "albert.embeddings.position_embeddings",
        "bert.embeddings.segments": "albert.embeddings.token_type_embeddings",
        "bert.embeddings.norm": "albert.embeddings.LayerNorm",
        "bert.embeddings.widen": "albert.encoder.embedding_hidden_mapping_in",
        "bert.block.attention.query": f"{_SHARED}.attention.query",
        "bert.block.attention.key": f"{_SHARED}.attention.key",
        "bert.block.attention.value": f"{_SHARED}.attention.value",
        "bert.block.attention.out": f"{_SHARED}.attention.dense",
        "bert.block.attention_norm": f"{_SHARED}.attention.LayerNorm",
        "bert.block.ff_in": f"{_SHARED}.ffn",
        "bert.block.ff_out": f"{_SHARED}.ffn_output",
        "bert.block.ff_norm": f"{_SHARED}.full_layer_layer_norm",
        "bert.pooler": "albert.pooler",
        "mlm_transform": "predictions.dense",
        "mlm_norm": "predictions.LayerNorm",
        "mlm_bias": "predictions.bias",
        "nsp": "sop_classifier.classifier",
        "head": "classifier",
    },
)
GPT = Format(
    kind="gpt2",
    config=GptConfig,
    model=Gpt,
    sizes={
        "vocab_size": "vocab_size",
        "width": "n_embd",
        "layers": "n_layer",
        "heads": "n_head",
        "ff_width": "n_inner",
        "max_length": "n_positions",
        "dropout": "resid_pdrop",
        "eps": "layer_norm_epsilon",
    },
    fixed={"activation_function": "gelu_new", "scale_attn_by_inverse_layer_idx": False},
    written={"attn_pdrop": 0.0, "bos_token_id": None, "eos_token_id": None},
    trunk=("", "transformer."),
    left_out=r"^lm_head\.|\.attn\.(masked_)?bias$",
    transposed=("c_attn.weight", "c_proj.weight", "c_fc.weight"),
    names={
        "tokens": "transformer.wte",
        "positions": "transformer.wpe",
        "blocks.#.attention_norm": "transformer.h.#.ln_1",
        "blocks.#.attention.qkv": "transformer.h.#.attn.c_attn",
        "blocks.#.attention.out": "transformer.h.#.attn.c_proj",
        "blocks.#.ff_norm": "transformer.h.#.ln_2",
        "blocks.#.ff_in": "transformer.h.#.mlp.c_fc",
        "blocks.#.ff_out": "transformer.h.#.mlp.c_proj",
        "norm": "transformer.ln_f",
    },
)
VIT = Format(
    kind="vit",
    config=VitConfig,
    model=Vit,
    sizes={
        "image_size": "image_size",
        "patch_size": "patch_size",
        "channels": "num_channels",
        "classes": "num_labels",
        "width": "hidden_size",
        "layers": "num_hidden_layers",
        "heads": "num_attention_heads",
        "ff_width": "intermediate_size",
        "dropout": "hidden_dropout_prob",
        "eps": "layer_norm_eps",
    },
    fixed={"hidden_act": "gelu", "qkv_bias": True},
    written={"attention_probs_dropout_prob": 0.0},
    trunk=("", "vit."),
    left_out=r"^(vit\.)?pooler\.",
    names={
        "class_token": "vit.embeddings.cls_token",
        "positions": "vit.embeddings.position_embeddings",
        "patches": "vit.embeddings.patch_embeddings.projection",
        "blocks.#.attention_norm": "vit.encoder.layer.#.layernorm_before",
        "blocks.#.attention.query": "vit.encoder.layer.#.attention.attention.query",
        "blocks.#.attention.key": "vit.encoder.layer.#.attention.attention.key",
        "blocks.#.attention.value": "vit.encoder.layer.#.attention.attention.value",
        "blocks.#.attention.out": "vit.encoder.layer.#.attention.output.dense",
        "blocks.#.ff_norm": "vit.encoder.layer.#.layernorm_after",
        "blocks.#.ff_in": "vit.encoder.layer.#.intermediate.dense",
        "blocks.#.ff_out": "vit.encoder.layer.#.output.dense",
        "norm": "vit.layernorm",
        "head": "classifier",
    },
)
SEQ2SEQ = Format(  # no model of `transformers`: the names of `torch.nn.Transformer`
    kind="lmcourse-seq2seq",
    config=Seq2SeqConfig,
    model=Seq2Seq,
    sizes={ours: ours for ours in Seq2SeqConfig.__dataclass_fields__},
    names={
        "tokens": "tokens",
        "encoder.#.attention.qkv.weight": "encoder.layers.#.self_attn.in_proj_weight",
        "encoder.#.attention.qkv.bias": "encoder.layers.#.self_attn.in_proj_bias",
        "encoder.#.attention.out": "encoder.layers.#.self_attn.out_proj",
        "encoder.#.attention_norm": "encoder.layers.#.norm1",
        "encoder.#.ff_in": "encoder.layers.#.linear1",
        "encoder.#.ff_out": "encoder.layers.#.linear2",
        "encoder.#.ff_norm": "encoder.layers.#.norm2",
        "decoder.#.attention.qkv.weight": "decoder.layers.#.self_attn.in_proj_weight",
        "decoder.#.attention.qkv.bias": "decoder.layers.#.self_attn.in_proj_bias",
        "decoder.#.attention.out": "decoder.layers.#.self_attn.out_proj",
        "decoder.#.attention_norm": "decoder.layers.#.norm1",
        "decoder.#.cross.qkv.weight": "decoder.layers.#.multihead_attn.in_proj_weight",
        "decoder.#.cross.qkv.bias": "decoder.layers.#.multihead_attn.in_proj_bias",
        "decoder.#.cross.out": "decoder.layers.#.multihead_attn.out_proj",
        "decoder.#.cross_norm": "decoder.layers.#.norm2",
        "decoder.#.ff_in": "decoder.layers.#.linear1",
        "decoder.#.ff_out": "decoder.layers.#.linear2",
        "decoder.#.ff_norm": "decoder.layers.#.norm3",
    },
)
FORMATS = {form.kind: form for form in (BERT, ALBERT, GPT, VIT, SEQ2SEQ)}
