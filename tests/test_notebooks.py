"""The notebooks tell a story and nothing else: what a cell may hold, how prose, parameters and judgements stand."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

import sizhen
from sizhen.report.prepare import ANALYST_ONLY, PARTS
from sizhen.vocab import load

REPO = Path(__file__).resolve().parents[1]
FOLDER = REPO / "notebooks"
EXAMS = {"1_look": "look", "2_listen": "listen", "3_ask": "ask", "4_check": "check"}
TOLD = (*EXAMS, "5_prescribe")
ALL = (*TOLD, "explore")

PARAMETERS = {"shop_id", "period", "data_dir", "language"}
MORE_PARAMETERS = {**{exam: {"previous"} for exam in EXAMS}, "5_prescribe": {"output", "previous"}}
MACHINERY = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    *(ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
    *(ast.If, ast.Try, ast.With),
)
HANDIWORK = {"merge", "join", "concat", "groupby", "apply", "pivot_table", "exec", "eval", "read_csv", "read_parquet"}
LINES = 12
ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
HAN = re.compile(r"[\u4e00-\u9fff]")
FIGURE = re.compile(r"\d\s*[%％]|[¥￥$€]\s*\d")


@pytest.fixture(params=ALL)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def notebook(name: str) -> NotebookNode:
    return read(name)


def read(name: str) -> NotebookNode:
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=nbformat.NO_CONVERT)  # type: ignore[no-untyped-call]


def code(notebook: NotebookNode) -> list[NotebookNode]:
    return [c for c in notebook.cells if c.cell_type == "code"]


def tags(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", ()))


def calls(source: str) -> list[str]:
    """Dotted names of everything called, in order of appearance."""
    return [ast.unparse(n.func) for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Call)]


def judged(source: str) -> list[str]:
    """Rule ids given to `case.judge`."""
    found = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Call)]
    return [ast.literal_eval(n.args[0]) for n in found if ast.unparse(n.func) == "case.judge"]


def steps(notebook: NotebookNode) -> list[list[NotebookNode]]:
    """The code cells between two headings."""
    found: list[list[NotebookNode]] = [[]]
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("#"):
            found.append([])
        elif cell.cell_type == "code":
            found[-1].append(cell)
    return found


def test_are_the_six() -> None:
    assert sorted(p.stem for p in FOLDER.glob("*.ipynb")) == sorted(ALL)


def test_is_a_clean_notebook(notebook: NotebookNode) -> None:
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}
    for cell in code(notebook):
        assert (cell.outputs, cell.execution_count) == ([], None), cell.id
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"tags", "alt"}, cell.id


def test_has_readable_cell_ids(notebook: NotebookNode) -> None:
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert [i for i in ids if not ID.fullmatch(i) or re.fullmatch(r"[0-9a-f]{8}", i)] == []


def test_tells_and_does_not_compute(notebook: NotebookNode) -> None:
    for cell in code(notebook):
        tree = ast.parse(cell.source)
        machinery = [type(n).__name__ for n in ast.walk(tree) if isinstance(n, MACHINERY)]
        named = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)} | {
            n.id for n in ast.walk(tree) if isinstance(n, ast.Name)
        }
        imports = [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
        assert machinery == [], cell.id
        assert named & HANDIWORK == set(), cell.id
        assert not any(isinstance(n, ast.Import) for n in ast.walk(tree)), cell.id
        assert [m for m in imports if m.partition(".")[0] != "sizhen"] == [], cell.id
        assert len(cell.source.splitlines()) <= LINES, cell.id


def test_parameters_are_typed_and_explained(name: str, notebook: NotebookNode) -> None:
    found = [cell for cell in code(notebook) if "parameters" in tags(cell)]
    assert found == code(notebook)[:1], "the parameters are the first code cell, and one"
    statements = ast.parse(found[0].source).body
    names = set()
    for statement in statements:
        assert isinstance(statement, ast.AnnAssign)
        assert isinstance(statement.target, ast.Name)
        assert ast.unparse(statement.annotation) in ("str", "int", "float", "bool")
        assert isinstance(ast.literal_eval(statement.value or ast.Constant(None)), str | int | float)
        names.add(statement.target.id)
    assert names == PARAMETERS | MORE_PARAMETERS.get(name, set())
    marks = tokenize.generate_tokens(io.StringIO(found[0].source).readline)
    explained = {mark.start[0] for mark in marks if mark.type == tokenize.COMMENT and len(mark.string) > 4}
    assert {s.lineno for s in statements} <= explained


def test_prose_stands_in_both_languages(notebook: NotebookNode) -> None:
    prose = [(i, c) for i, c in enumerate(notebook.cells) if c.cell_type == "markdown"]
    assert len(prose) % 2 == 0
    for (at, zh), (then, en) in zip(prose[::2], prose[1::2], strict=True):
        assert (tags(zh), tags(en), then) == ({"zh"}, {"en"}, at + 1), zh.id
        assert zh.id.removesuffix("-zh") == en.id.removesuffix("-en"), zh.id
        assert len(HAN.findall(zh.source)) > len(HAN.findall(en.source)), zh.id
        assert re.findall(r"^#+", zh.source, re.M) == re.findall(r"^#+", en.source, re.M), zh.id


def test_opens_with_its_name_and_question(notebook: NotebookNode) -> None:
    for cell, mark in zip(notebook.cells[:2], "？?", strict=True):
        assert cell.cell_type == "markdown"
        assert re.match(r"# \S", cell.source)
        assert mark in cell.source, "the question the notebook answers"
    headings = [c.source for c in notebook.cells[2:] if c.cell_type == "markdown" and re.match(r"# ", c.source)]
    assert headings == []


def test_prose_states_no_figures(notebook: NotebookNode) -> None:
    stated = [c.id for c in notebook.cells if c.cell_type == "markdown" and FIGURE.search(c.source)]
    assert stated == [], "sentences with figures come from the data"


@pytest.mark.parametrize("name", EXAMS)
def test_closes_with_what_was_found(name: str) -> None:
    *_, zh, en, head, conclusions = read(name).cells
    assert [c.cell_type for c in (zh, en, head, conclusions)] == ["markdown", "markdown", "code", "code"]
    assert (head.source, tags(head)) == (f'exams.head(case, "{EXAMS[name]}")', {"page-head"})
    assert conclusions.source == f'exams.found(case, "{EXAMS[name]}", series(case))'
    assert tags(conclusions) == {"page-conclusions"}


PAGE_TAGS = {f"page-{part}" for part in PARTS}
MOST_CHARTS = 12  # of the eighty that the analyst has: those that a shop's owner reads


def test_the_page_takes_its_first_screen_and_its_end_from_the_prescription() -> None:
    found = [tags(cell) & PAGE_TAGS for cell in code(read("5_prescribe")) if tags(cell) & PAGE_TAGS]
    assert found == [{"page-screen"}, {"page-ending"}, {"page-ending"}]


def test_tags_are_known(notebook: NotebookNode) -> None:
    known = PAGE_TAGS | {"zh", "en", "parameters", *ANALYST_ONLY}
    assert [cell.id for cell in notebook.cells if not tags(cell) <= known] == []


def test_few_charts_reach_the_page() -> None:
    shown = [
        cell.id
        for name in TOLD
        for cell in code(read(name))
        if any(c.startswith("plots.") for c in calls(cell.source)) and not tags(cell) & ANALYST_ONLY
    ]
    assert 0 < len(shown) <= MOST_CHARTS, shown


@pytest.mark.parametrize("name", EXAMS)
def test_answers_reach_the_page_once_and_that_is_in_the_conclusions(name: str) -> None:
    judging = [cell for cell in code(read(name)) if "cards.judgement" in cell.source]
    assert [cell.id for cell in judging if not tags(cell) & ANALYST_ONLY] == []


@pytest.mark.parametrize("name", TOLD)
def test_one_step_is_one_frame_one_figure_one_judgement(name: str) -> None:
    notebook = read(name)
    for step in steps(notebook):
        called = [c for cell in step for c in calls(cell.source)]
        drawn = [c for c in called if c.startswith("plots.")]
        assert len(drawn) <= 1, f"{step[0].id}: {drawn}"
        assert sum(c == "tables.show" for c in called) <= 1, step[0].id
        assert called.count("case.judge") <= 1, step[0].id
    for first, second in pairwise(notebook.cells):
        figures = [c for c in (first, second) if c.cell_type == "code" and "plots." in c.source]
        assert len(figures) < 2, f"{first.id}, {second.id}: two figures and no word between them"


@pytest.mark.parametrize("name", TOLD)
def test_shows_a_figure_once(name: str) -> None:
    for cell in code(read(name)):
        if any(c.startswith("plots.") for c in calls(cell.source)):
            assert cell.source.rstrip().endswith(";"), f"{cell.id}: the last line shows its value too"


@pytest.mark.parametrize(("name", "exam"), EXAMS.items())
def test_judges_by_known_rules_of_its_examination(name: str, exam: str) -> None:
    rules = load().rules
    ids = [id for cell in code(read(name)) for id in judged(cell.source)]
    assert [id for id in ids if id not in rules] == []
    assert [id for id in ids if rules[id].exam != exam] == []
    assert len(set(ids)) == len(ids)
    assert ids, "an examination that judges nothing"


ESTIMATING = ("lineplot", "barplot", "pointplot", "relplot", "catplot")


def bootstraps(source: str) -> list[int]:
    """Lines that call a seaborn chart which estimates, without errorbar=None: slow, and different at each run."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ESTIMATING:
            errorbar = next((k.value for k in node.keywords if k.arg == "errorbar"), ast.Constant(...))
            if not (isinstance(errorbar, ast.Constant) and errorbar.value is None):
                found.append(node.lineno)
    return found


def test_no_chart_bootstraps() -> None:
    assert bootstraps("sns.lineplot(data)\nsns.barplot(data, errorbar=None)\nsns.pointplot(d, errorbar='sd')") == [1, 3]
    for path in Path(sizhen.__file__).parent.rglob("*.py"):
        assert bootstraps(path.read_text(encoding="utf-8")) == [], path
