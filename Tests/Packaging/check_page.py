"""The operators' page and the example file say what the programs do."""
import re
import shlex
from pathlib import Path

from packages import output

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs/operators.md"
# Lines of one page of A4 in a readable size.
LINES = 150


def run(tally, packages):
    tally.check("page", "length", length)
    tally.check("page", "links", links)
    for line in commands():
        tally.check("page", " ".join(line), lambda: exists(packages, line))
    tally.check("page", "every setting is in the example", lambda: settings(packages))
    tally.check("page", "the example can be read", lambda: example(packages))


def length():
    lines = PAGE.read_text().count("\n")
    return [] if lines <= LINES else [f"{lines} lines"]


def links():
    return [f"{target} is not there" for target in
            re.findall(r"\]\((?!https?:)([^)#]+)\)", PAGE.read_text())
            if not (PAGE.parent / target).exists()]


def commands():
    """Every call of our programs in the page: in blocks, and between backquotes."""
    text = PAGE.read_text()
    blocks = "\n".join(re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S))
    inline = re.findall(r"`((?:carepassd?) [^`\n]+)`", text)
    found = []
    for line in blocks.splitlines() + inline:
        for part in re.split(r"&&|\||;", line):
            words = shlex.split(part, comments=True)
            starts = [i for i, word in enumerate(words) if word in ("carepass", "carepassd")
                      and words[i - 1:i] not in (["-u"], ["-o"], ["-g"])]
            if starts and words[starts[0]:] not in found and len(words) > starts[0] + 1:
                found.append(words[starts[0]:])
    return found


def exists(packages, line):
    """The command is there, and has each option that the page gives it."""
    program, *words = line
    names = []
    for word in words:
        if not re.fullmatch(r"[a-z-]+", word) or word.startswith("-"):
            break
        names.append(word)
    text, used = "", []
    for name in names:
        # A command lists those below it; what is not listed is an argument.
        text = output(packages.program(program), *used, "--help")
        if not re.search(rf"^  {re.escape(name)}\b", text, re.M):
            break
        used.append(name)
    if not used:
        return [f"{program} has no command {names[:1]}"]
    text = output(packages.program(program), *used, "--help")
    return [f"no option {word}" for word in words
            if word.startswith("--") and not re.search(rf"{re.escape(word)}\b", text)]


def example(packages):
    output(packages.program("carepassd"), "check-config", "--config",
           packages.roots["carepassd"] / "etc/carepassd/carepassd.conf")


def settings(packages):
    """Each setting stands in the example; those that are commented out can be taken as they are."""
    example_file = packages.roots["carepassd"] / "etc/carepassd/carepassd.conf"
    text = re.sub(r"^#(?=[a-z-]+ = )", "", example_file.read_text(), flags=re.M)
    text = text.replace("unix:/run/carepassd/socket", "0.0.0.0:8443")
    names = set(re.findall(r"^([a-z-]+) = ", text, re.M))
    file = packages.place / "all.conf"
    file.write_text(text)
    output(packages.program("carepassd"), "check-config", "--config", file)
    source = (ROOT / "Sources/PassportServer/Settings/SettingsFile.swift").read_text()
    known = set(re.findall(r'"([a-z-]+)"', re.search(r"names = \[(.*?)\]", source, re.S)[1]))
    return [f"only on one side: {name}" for name in sorted(names ^ known)]
