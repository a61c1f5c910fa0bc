"""What must always be so of the repository as a whole."""

import ast
import os
import re
import shlex
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path, PurePosixPath

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGES = ("bot", "model", "train")
GUIDES = ("README.md", "CONTRIBUTING.md", "docs/operations.md")

# Put together from halves, or this file would be the one that names them.
PACKAGE_INDEXES = re.compile(
    "|".join(
        re.escape(one + two)
        for one, two in [
            ("pypi", ".org"),
            ("python", "hosted.org"),
            ("registry.", "npmjs"),
            ("deb.", "debian.org"),
            ("conda", ".anaconda"),
            ("index", "-url"),
            ("find", "-links"),
        ]
    ),
    re.IGNORECASE,
)
HOME_DIRECTORIES = re.compile(r"(?<![\w.~$}>)/-])/(?:root|home|Users)/[\w.]")


@cache
def repository_files() -> tuple[PurePosixPath, ...]:
    """What git tracks or would add."""
    if not (REPOSITORY / ".git").exists():
        pytest.skip("this is no git checkout, so nothing tells its own files from others")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    return tuple(PurePosixPath(name) for name in listed if (REPOSITORY / name).is_file())


def texts() -> dict[PurePosixPath, str]:
    """The content of every file of the repository that is text."""
    content = {}
    for name in repository_files():
        try:
            content[name] = (REPOSITORY / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or an array
    return content


@pytest.mark.parametrize("pattern", [PACKAGE_INDEXES, HOME_DIRECTORIES], ids=["index", "home"])
def test_no_file_names_a_package_index_or_a_home_directory(pattern: re.Pattern[str]) -> None:
    found = {str(name): hit[0] for name, text in texts().items() if (hit := pattern.search(text))}
    assert not found


def test_the_patterns_above_find_what_they_are_for() -> None:
    assert PACKAGE_INDEXES.search("https://" + "pypi" + ".org/simple")
    assert PACKAGE_INDEXES.search("--extra-" + "index" + "-url x")
    assert HOME_DIRECTORIES.search('open("' + "/ho" + 'me/mira/x")')
    assert not HOME_DIRECTORIES.search("../home/page, https://example.test/home/page")


def test_ci_and_its_hooks_can_be_executed() -> None:
    assert os.access(REPOSITORY / ".ci" / "run", os.X_OK)


# --- what is installed


def pins() -> dict[str, str]:
    """Version by normalised name, from constraints.txt."""
    lines = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in wanted), "name==version only"
    return {normalised(line.split("==")[0]): line.split("==")[1] for line in wanted}


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def requirements() -> dict[str, set[str]]:
    """What pyproject.toml asks for, by group: ``host`` is what hosting the service needs."""
    with (REPOSITORY / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    groups = {"host": project["dependencies"], **project["optional-dependencies"]}
    return {
        group: {normalised(re.split(r"[\[<>=;~! ]", one)[0]) for one in wanted}
        for group, wanted in groups.items()
    }


def third_party_imports(package: str) -> set[str]:
    """The distributions that the files of a package import, wherever in the file."""
    names = set()
    for file in repository_files():
        if file.parts[0] == package and file.suffix == ".py":
            for node in ast.walk(ast.parse((REPOSITORY / file).read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    names |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    names.add(str(node.module).split(".")[0])
    by_module = packages_distributions()
    names -= {*sys.stdlib_module_names, *PACKAGES}
    return {normalised(by_module.get(name, [name])[0]) for name in names}


def test_every_requirement_is_pinned() -> None:
    assert set().union(*requirements().values()) <= set(pins())


@pytest.mark.parametrize(
    ("package", "groups"),
    [("bot", ["host", "milvus", "ray"]), ("model", ["host"]), ("train", ["host", "train", "ray"])],
)
def test_a_package_imports_only_what_its_groups_ask_for(package: str, groups: list[str]) -> None:
    """Hosting installs nothing of training, and nobody leans on what comes along by chance."""
    wanted = requirements()
    assert third_party_imports(package) <= set().union(*(wanted[group] for group in groups))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from a copy of the repository's files."""
    source = tmp_path_factory.mktemp("source")
    for name in repository_files():
        if name.parts[0] in PACKAGES or len(name.parts) == 1:
            target = source / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((REPOSITORY / name).read_bytes())
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    finished = subprocess.run(
        [*build, "--wheel-dir", out, source],
        capture_output=True,
        text=True,
        check=False,
        env={name: value for name, value in os.environ.items() if not name.startswith("PIP_")},
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return next(out.glob("*.whl"))


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(wheel: Path) -> None:
    """Pages, migrations and the starter bundle are in it, tests are not."""
    expected = {str(name) for name in repository_files() if name.parts[0] in PACKAGES}
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        licences = [name for name in archive.namelist() if name.endswith("licenses/LICENSE")]
    assert held == expected
    assert licences


def test_the_packages_of_the_wheel_import_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    program = (
        "import bot.config, model.config, train.config\n"
        "assert all(one.__file__.startswith(sys.path[0]) for one in (bot, model, train))"
    )
    finished = subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            f"import sys\nsys.path.insert(0, sys.argv[1])\n{program}",
            tmp_path,
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr


# --- what the guides promise


def commands() -> list[tuple[str, list[str]]]:
    """Every command line in the code blocks of the guides: (file, words)."""
    found = []
    for guide in GUIDES:
        text = (REPOSITORY / guide).read_text(encoding="utf-8")
        for block in re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
            for line in block.replace("\\\n", " ").splitlines():
                words = shlex.split(line, comments=True)
                if words:
                    found.append((guide, words))
    return found


def test_every_make_target_of_the_guides_exists() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z./-]+):", makefile, re.MULTILINE))
    promised = {words[1] for _, words in commands() if words[0] == "make"}
    assert {"demo", "test", "check"} <= promised
    assert promised <= targets


def module_commands() -> set[tuple[str, str, str]]:
    """(package, subcommand or nothing, option) of every `python -m PACKAGE …` in the guides."""
    found = set()
    for _, words in commands():
        while words and "=" in words[0]:
            words = words[1:]
        if len(words) < 3 or words[1] != "-m" or words[2] not in PACKAGES:
            continue
        package, rest = words[2], words[3:]
        subcommand = rest[0] if rest and not rest[0].startswith("-") else ""
        options = [word.partition("=")[0] for word in rest if word.startswith("--")]
        found |= {(package, subcommand, option) for option in ["--help", *options]}
    return found


@cache
def help_of(package: str, subcommand: str) -> str:
    arguments = [subcommand] if subcommand else []
    finished = subprocess.run(
        [sys.executable, "-m", package, *arguments, "--help"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.mark.parametrize(("package", "subcommand", "option"), sorted(module_commands()))
def test_every_option_of_the_guides_exists(package: str, subcommand: str, option: str) -> None:
    assert re.search(rf"{option}\b", help_of(package, subcommand))


def test_every_relative_link_of_the_guides_leads_somewhere() -> None:
    missing = []
    for guide in GUIDES:
        text = (REPOSITORY / guide).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#]+)\)|src=\"([^\"]+)\"", text):
            place = "".join(target)
            if "://" not in place and not (REPOSITORY / guide).parent.joinpath(place).exists():
                missing.append((guide, place))
    assert not missing
