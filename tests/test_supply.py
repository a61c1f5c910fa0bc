"""What the project lets in: no code hidden in data, and no dependency without a reason."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.test_repository import REPOSITORY, normalised, repository_files, requirements

# --- code that runs what it reads

# Each of them runs code that a file names.
FORBIDDEN_MODULES = {"_pickle", "cloudpickle", "dill", "marshal", "pickle", "shelve"}
FORBIDDEN_CALLS = {
    *(
        "eval",
        "exec",
        "os.popen",
        "os.system",
        "subprocess.getoutput",
        "subprocess.getstatusoutput",
    ),
    *("joblib.dump", "joblib.load", "pandas.read_pickle", "torch.load"),
    *("yaml.full_load", "yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.unsafe_load_all"),
}
REQUIRED_VALUES = {"allow_pickle": False, "safe_mode": True, "shell": False}
PICKLES = {".h5", ".joblib", ".pickle", ".pkl", ".pt", ".pth"}


def offences(source: str) -> Iterator[str]:
    """What a file does of all this, in words."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = {alias.name.partition(".")[0] for alias in node.names}
            yield from (f"import {name}" for name in names & FORBIDDEN_MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module in FORBIDDEN_MODULES:
            yield f"from {node.module} import"
        elif isinstance(node, ast.Call):
            yield from _offences_of_call(node)


def _offences_of_call(node: ast.Call) -> Iterator[str]:
    name = ast.unparse(node.func)
    if name in FORBIDDEN_CALLS:
        yield f"{name}()"
    given = {one.arg: one.value for one in node.keywords if one.arg}
    for option, required in REQUIRED_VALUES.items():
        value = given.get(option)
        if value is not None and not (isinstance(value, ast.Constant) and value.value is required):
            yield f"{option}={ast.unparse(value)}"
    # Keras', not that of a booster, which reads numbers only.
    if re.search(r"^(.*(models|saving)\.)?load_model$", name) and "safe_mode" not in given:
        yield "load_model() without safe_mode=True"


def test_no_file_of_the_project_runs_what_it_reads() -> None:
    found = [
        f"{file}: {offence}"
        for file in repository_files()
        if file.suffix == ".py"
        for offence in offences((REPOSITORY / file).read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import loads",
        "import dill.session",
        "np.load(file, allow_pickle=True)",
        "np.load(file, allow_pickle=flag)",
        "keras.saving.load_model(file, safe_mode=False)",
        "load_model(file)",
        "yaml.load(text, Loader)",
        "subprocess.run(line, shell=True)",
        "os.system(line)",
        "eval(text)",
        "exec(text)",
        "joblib.load(file)",
    ],
)
def test_the_rule_above_finds_what_it_is_for(source: str) -> None:
    assert list(offences(source))


@pytest.mark.parametrize(
    "source",
    [
        "np.load(file)",
        "keras.saving.load_model(file, safe_mode=True)",
        "booster.load_model(data)",
        "yaml.safe_load(text)",
        "re.compile(text)",
    ],
)
def test_the_rule_above_lets_the_safe_ways_pass(source: str) -> None:
    assert not list(offences(source))


def test_no_file_of_the_repository_is_of_a_format_that_runs_code() -> None:
    assert [str(file) for file in repository_files() if file.suffix in PICKLES] == []


# --- dependencies

# The headings of CONTRIBUTING by the group of pyproject.toml.
HEADINGS = {
    "host": "Hosting",
    "postgresql": "PostgreSQL",
    "milvus": "Milvus",
    "s3": "Buckets",
    "train": "Training",
    "ray": "Training on a cluster",
    "dev": "Development",
}


def reasons() -> dict[str, dict[str, str]]:
    """By group and normalised name, why CONTRIBUTING says that a dependency is there."""
    text = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    told: dict[str, dict[str, str]] = {}
    for group, heading in HEADINGS.items():
        (section,) = re.findall(rf"^### {heading}\n(.*?)(?=^##)", text, re.DOTALL | re.MULTILINE)
        rows = re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|$", section, re.MULTILINE)
        told[group] = {
            normalised(name): why
            for names, why in rows[1:]
            if not names.startswith("-")
            for name in names.replace("`", "").split(", ")
        }
    return told


@pytest.mark.parametrize("group", HEADINGS)
def test_every_dependency_has_its_reason_in_contributing(group: str) -> None:
    told = reasons()[group]
    assert set(told) == requirements()[group]
    assert all(len(why.split()) >= 4 for why in told.values()), "a reason is a sentence"


def test_every_group_has_its_table() -> None:
    assert set(requirements()) == set(HEADINGS)
