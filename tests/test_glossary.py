"""The glossary: each term once, all of the document's sections 1 to 5, and each said in the chapter that it names."""

import csv
import json
import re
from collections import Counter

import pytest

from lmcourse.chapters import chapters
from lmcourse.files import PROJECT

# The document's own terms in its sections 1 to 5 that a reader may want to look up.
DOCUMENT = """
大模型 人工智能 深度学习 神经网络 自然语言处理 数据驱动 预训练 无标签数据 下游任务 参数
表达能力 自我监督学习 语言模型 图像分类 标注数据 迁移学习 微调 计算资源 泛化 有监督学习
数据集 通用知识 特定知识 数据准备 清洗 归一化 标准化 划分数据集 训练集 验证集
测试集 超参数 学习率 批大小 任务适配层 分类头 回归头 评估 黑盒模型 可解释性
文本分类 情感分析 机器翻译 输入 预训练模型 损失函数 优化器 softmax函数 表示向量 点积
输出层 全连接层 交叉熵 样本数 掩码语言模型 下一句预测 双向编码器表示 上下文 固定 指标
准确率 精确率 召回率
""".split()  # noqa: SIM905
SYMBOLS = {"x", "θ", "M_θ", "𝓛", "P(w_{1:T})", "dot", "v_w", "𝒱", "h", "ℓ", "N", "𝓛_MLM", "𝓛_NSP"}


def rows(name: str) -> list[dict[str, str]]:
    with open(PROJECT / "data" / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


GLOSSARY, PLAN = rows("glossary"), {row["chapter"] for row in rows("chapters")}
EXISTING = {path.stem.split("_")[0]: path for path in chapters()}


def test_each_row_is_whole_and_stands_once():
    for row in GLOSSARY:
        assert None not in row.values(), row
        assert None not in row, row
        assert all((row["english"], row["chinese"], row["meaning"])), row
        assert re.search("[\u4e00-\u9fff]", row["chinese"]), row
        assert not re.search("[\u4e00-\u9fff]", row["english"] + row["meaning"]), row
        assert row["chapter"] in PLAN, row
    for column in ("english", "chinese"):
        assert [word for word, times in Counter(row[column].lower() for row in GLOSSARY).items() if times > 1] == []


def test_the_document_is_covered():
    assert sorted(set(DOCUMENT) - {row["chinese"] for row in GLOSSARY}) == []
    assert sorted(SYMBOLS - {row["symbol_document"] for row in GLOSSARY}) == []


@pytest.mark.parametrize("chapter", sorted(EXISTING))
def test_a_chapter_says_the_terms_that_the_glossary_gives_it(chapter):
    cells = json.loads(EXISTING[chapter].read_text(encoding="utf-8"))["cells"]
    prose = "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    assert [row["chinese"] for row in GLOSSARY if row["chapter"] == chapter and row["chinese"] not in prose] == []


def test_each_chapter_and_each_doubt_belongs_to_the_plan():
    assert {path.stem for path in EXISTING.values()} <= {f"{r['chapter']}_{r['name']}" for r in rows("chapters")}
    doubts = rows("doubts")
    assert [row["number"] for row in doubts] == [str(i + 1) for i in range(len(doubts))]
    assert {row["chapter"] for row in doubts} <= PLAN
    assert all(row["quote"] and row["question"] for row in doubts)
