"""A source tree: its files, what each includes, and the libraries that its CMakeLists.txt files make of them."""

import os
import re
from dataclasses import dataclass, field

COMMAND = re.compile(r"^\s*(\w+)\s*\(([^()]*)\)", re.MULTILINE)
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
KINDS = ("STATIC", "OBJECT", "INTERFACE")


@dataclass
class Library:
    """A room: a CMake target and what it links. A program is one too, on top of all others."""

    name: str
    folder: str
    sources: set = field(default_factory=set)
    own: set = field(default_factory=set)  # What it links.
    given: set = field(default_factory=set)  # The part of it that who links this library gets with it.


class Tree:
    """The C++ files below `folders` of `root`; paths are relative to it."""

    def __init__(self, root, folders):
        self.root = root
        self.files = {}  # Path to the paths it includes.
        self.libraries = {}
        self.lost = []  # (file, include) where there is no such file.
        listing = [(at, names) for folder in folders for at, _, names in os.walk(os.path.join(root, folder))]
        sources = [os.path.relpath(os.path.join(at, name), root)
                   for at, names in listing for name in names if name.endswith((".hpp", ".cpp"))]
        self.files = {path: [] for path in sorted(sources)}
        for path in self.files:
            self._read_includes(path)
        for at, names in sorted(listing):
            if "CMakeLists.txt" in names:
                self._read_libraries(os.path.relpath(at, root))

    def room_of(self, path):
        """The library that compiles the file; of a header that with the source file of its name, or that of its folder."""
        source = os.path.splitext(path)[0] + ".cpp"
        for library in self.libraries.values():
            if source in library.sources:
                return library.name
        here = [library.name for library in self.libraries.values()
                if library.folder == os.path.dirname(path) and library.sources and not path.endswith(".cpp")]
        return here[0] if here else None

    def given_by(self, name, seen=None):
        """The library and all that comes with it to who links it."""
        seen = set() if seen is None else seen
        if name in seen or name not in self.libraries:
            return seen
        seen.add(name)
        for each in self.libraries[name].given:
            self.given_by(each, seen)
        return seen

    def _read(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8") as file:
            return file.read()

    def _read_includes(self, path):
        for name in INCLUDE.findall(self._read(path)):
            beside = os.path.normpath(os.path.join(os.path.dirname(path), name))
            found = next((each for each in (name, beside) if each in self.files), None)
            if found is None:
                self.lost.append((path, name))
            else:
                self.files[path].append(found)

    def _read_libraries(self, folder):
        text = re.sub(r"#[^\n]*", "", self._read(os.path.join(folder, "CMakeLists.txt")))
        for command, arguments in COMMAND.findall(text):
            name, *words = arguments.split() or [""]
            if command in ("add_library", "add_executable"):
                sources = {os.path.normpath(os.path.join(folder, word)) for word in words if word not in KINDS}
                self.libraries[name] = Library(name, folder, sources)
            elif command == "target_link_libraries":
                self._read_links(self.libraries[name], words)

    @staticmethod
    def _read_links(library, words):
        scope = "PUBLIC"
        for word in words:
            if word in ("PUBLIC", "PRIVATE", "INTERFACE"):
                scope = word
                continue
            library.own.add(word)
            if scope != "PRIVATE":
                library.given.add(word)
