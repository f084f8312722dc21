#!/usr/bin/env python3
"""The house: who may include whom, which third-party headers are fenced where, what every folder has.

Reads sources only, so it needs no build. A rule that is broken is printed with file and line.
"""
import re
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("*.h", "*.hpp", "*.cpp", "*.cc", "*.c")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)

# In core, what a room may include beside itself. Everything rests on base; mesh wires, api sees the facade.
CORE = {
    "base": set(),
    "pki": {"base"},
    "xds": {"base"},
    "resource": {"base"},
    "galley": {"base", "resource"},
    "pilot": {"base", "resource", "xds"},
    "citadel": {"base", "resource", "pki"},
    "launcher": {"base", "resource"},
    "telemetry": {"base", "resource", "xds"},
    "store": {"base"},
    "mesh": {"base", "pki", "xds", "resource", "galley", "pilot", "citadel", "launcher", "telemetry", "store"},
    "api": {"base", "resource", "xds", "mesh"},
}
PROXY_MAY_SEE = {"base", "pki", "xds"}
# The window sees the facade and headers of values.
UI_MAY_SEE = re.compile(r"core/(mesh/(mesh|view)|base/\w+|pilot/\w+|resource/(value|object|splice|yaml|store)|galley/\w+|"
                        r"xds/telemetry|telemetry/(traffic_graph|topology))\.h")
QT_GUI = re.compile(r"^(QtGui|QtWidgets|QtSvg|QtQuick)/|^Q(Widget|Gui|Painter|Pixmap|Image|Color|Font|Icon|Application|MainWindow|"
                    r"Graphics|Style|Pen|Brush|Screen|Window|Svg)\w*$")
ANY_QT = re.compile(r"^Qt?[A-Z]\w+(/\w+)?$")
# Third-party headers and the folders that may see them.
FENCES = (
    (re.compile(r"^openssl/"), ("core/pki", "core/xds", "proxy/tls", "tests")),
    (re.compile(r"^nghttp2/"), ("proxy/http", "tests")),
    (re.compile(r"^yaml-cpp/"), ("core/resource", "proxy/server", "tests")),
    (re.compile(r"^graphviz/|^gvc\.h$"), ("ui/graph",)),
)
HEAVY = re.compile(r"^nlohmann/json\.hpp$|^Qt(Core|Network|Widgets|Gui|Sql|Test)(/Qt\w+)?$")


def sources(folder):
    for pattern in SOURCES:
        yield from sorted((ROOT / folder).rglob(pattern))


def includes(path):
    text = path.read_text(errors="replace")
    for match in INCLUDE.finditer(text):
        yield match.group(1), text.count("\n", 0, match.start()) + 1


def place(path, line):
    return f"{path.relative_to(ROOT)}:{line}"


class House(unittest.TestCase):
    def check(self, folder, forbidden, why):
        """forbidden(path, include) → whether this include breaks the rule."""
        found = [f"{place(path, line)}: {name}" for path in sources(folder) for name, line in includes(path) if forbidden(path, name)]
        self.assertEqual([], found, why)

    def test_every_room_of_core_includes_only_what_it_may(self):
        rooms = {path.name for path in (ROOT / "core").iterdir() if path.is_dir()}
        self.assertEqual(set(CORE), rooms, "a room without a rule, or a rule without a room")
        for room, allowed in CORE.items():
            def forbidden(_, name, room=room, allowed=allowed):
                parts = name.split("/")
                return parts[0] == "core" and len(parts) > 2 and parts[1] != room and parts[1] not in allowed
            self.check(f"core/{room}", forbidden, f"core/{room} may include {sorted(allowed)}")

    def test_core_knows_neither_proxy_nor_window_nor_app(self):
        self.check("core", lambda _, name: name.split("/")[0] in ("proxy", "ui", "app"), "core is below all of them")

    def test_core_has_no_qt_gui(self):
        self.check("core", lambda _, name: QT_GUI.match(name), "the engine runs without a display")

    def test_plain_rooms_have_no_qt(self):
        for folder in ("core/base", "core/pki", "core/xds", "core/galley", "core/pilot", "core/resource", "core/citadel", "proxy"):
            self.check(folder, lambda _, name: ANY_QT.match(name), f"{folder} is plain C++")

    def test_the_proxy_sees_three_rooms_of_core(self):
        def forbidden(_, name):
            parts = name.split("/")
            return parts[0] in ("ui", "app") or (parts[0] == "core" and parts[1] not in PROXY_MAY_SEE)
        self.check("proxy", forbidden, "the proxy is a small process of its own")

    def test_the_window_sees_the_facade_and_values(self):
        self.check("ui", lambda _, name: name.startswith(("proxy/", "app/")) or
                   (name.startswith("core/") and not UI_MAY_SEE.fullmatch(name)), "one door: ui/bridge, with values")

    def test_third_party_headers_stay_behind_their_fences(self):
        for header, folders in FENCES:
            for folder in ("app", "core", "proxy", "ui"):
                self.check(folder, lambda path, name: header.match(name) and
                           not str(path.relative_to(ROOT)).startswith(folders), f"{header.pattern} belongs to {folders}")

    def test_headers_include_nothing_heavy(self):
        for folder in ("app", "core", "ui"):
            self.check(folder, lambda path, name: path.suffix == ".h" and HEAVY.match(name) and "codec" not in path.parts,
                       "compile time: json_fwd.hpp and single Qt headers in headers (the codec's own tables aside)")

    def test_headers_are_included_once_and_say_what_they_are(self):
        bad = []
        for folder in ("app", "core", "proxy", "ui"):
            for path in sources(folder):
                if path.suffix != ".h":
                    continue
                head = [line for line in path.read_text().splitlines()[:6] if line.strip()]
                if not any(line.startswith("#pragma once") or line.startswith("#ifndef") for line in head):
                    bad.append(f"{path.relative_to(ROOT)}: no #pragma once")
                if not any(line.startswith(("//", "/*")) for line in head):
                    bad.append(f"{path.relative_to(ROOT)}: no line that says what it is")
        self.assertEqual([], bad)

    def test_folders_have_a_readme(self):
        folders = [ROOT / "app", ROOT / "ui", ROOT / "samples", ROOT / "tests", ROOT / "proxy",
                   *(path for path in (ROOT / "core").iterdir() if path.is_dir())]
        self.assertEqual([], [str(path.relative_to(ROOT)) for path in folders if not (path / "README.md").exists()])

    def test_nothing_names_a_path_of_a_machine(self):
        found = []
        for folder in ("app", "core", "proxy", "ui", "docs", "samples", "tests"):
            for path in (ROOT / folder).rglob("*"):
                if path.suffix in (".h", ".cpp", ".cc", ".c", ".md", ".py", ".yaml", ".txt", ".cmake") and path != Path(__file__).resolve():
                    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                        if re.search(r"/(root|home/(?!user/)\w+|work/(main|shared|b))/", line):
                            found.append(f"{place(path, number)}: {line.strip()[:80]}")
        self.assertEqual([], found)


if __name__ == "__main__":
    unittest.main(verbosity=2 if sys.stdout.isatty() else 1)
