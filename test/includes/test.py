"""The includes of the project, and the rules for them on trees that break one each."""

import os
import sys
import tempfile

from rules import findings
from suite import check, equal, run, test
from tree import Tree

GOOD = {
    "low/CMakeLists.txt": "add_library(low STATIC low.cpp)\n",
    "low/low.hpp": "",
    "low/low.cpp": '#include "low/low.hpp"\n',
    "low/types.hpp": "",
    "middle/CMakeLists.txt": "add_library(middle STATIC\n  middle.cpp)\ntarget_link_libraries(middle PRIVATE low)\n",
    "middle/middle.hpp": "",
    "middle/middle.cpp": '#include "middle/middle.hpp"\n#include "low/types.hpp"\n',
    "high/CMakeLists.txt": "# The top.\nadd_library(high STATIC high.cpp)\ntarget_link_libraries(high PUBLIC middle)\n"
    "add_executable(program main.cpp)\ntarget_link_libraries(program PRIVATE high)\n",
    "high/high.hpp": '#include "middle/middle.hpp"\n',
    "high/high.cpp": '#include "high.hpp"\n',
    "high/main.cpp": '#include "high/high.hpp"\n#include "middle/middle.hpp"\n',
}


def findings_with(changes):
    with tempfile.TemporaryDirectory() as root:
        for path, text in {**GOOD, **changes}.items():
            os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        return findings(Tree(root, ["low", "middle", "high"]))


@test
def project(root):
    """No files, rooms or libraries of the project make a circle, and each room includes only what it links"""
    tree = Tree(root, ["controller", "crds", "registry"])
    check(len(tree.files) > 300 and len(tree.libraries) > 20, "the project's files or libraries are not found")
    equal(findings(tree), [])


@test
def good_tree(_):
    """A tree in order has no findings"""
    equal(findings_with({}), [])


@test
def circle_of_files(_):
    """A circle of files is found, also within a room"""
    changes = {"low/low.hpp": '#include "low/types.hpp"\n', "low/types.hpp": '#include "low.hpp"\n'}
    equal(findings_with(changes),
          ["files include each other in a circle: low/low.hpp -> low/types.hpp -> low/low.hpp"])


@test
def room_above(_):
    """A header of a room above is no room's to include, though it has nothing to link"""
    equal(findings_with({"low/low.cpp": '#include "middle/names.hpp"\n', "middle/names.hpp": ""}),
          ["rooms include each other in a circle: middle -> low -> middle "
           "(middle/middle.cpp includes low/types.hpp; low/low.cpp includes middle/names.hpp)",
           "low/low.cpp of low includes middle/names.hpp of middle, which stands above it"])


@test
def circle_of_libraries(_):
    """Libraries that link each other are found, though nothing is included"""
    cmake = GOOD["low/CMakeLists.txt"] + "target_link_libraries(low PRIVATE high)\n"
    equal(findings_with({"low/CMakeLists.txt": cmake}),
          ["libraries link each other in a circle: high -> middle -> low -> high"])


@test
def private_link(_):
    """What a room links for itself is not there for those who link that room"""
    equal(findings_with({"high/high.cpp": '#include "low/low.hpp"\n'}),
          ["high/high.cpp of high includes low/low.hpp of low, which it does not link"])


@test
def program(_):
    """A program is a room of its own, which the libraries beside it do not see"""
    changes = {"high/main.hpp": "", "high/high.cpp": '#include "high/main.hpp"\n'}
    equal(findings_with(changes),
          ["rooms include each other in a circle: high -> program -> high "
           "(high/high.cpp includes high/main.hpp; high/main.cpp includes high/high.hpp)",
           "high/high.cpp of high includes high/main.hpp of program, which stands above it"])


@test
def strays(_):
    """A source file that nothing compiles is found, and an include of nothing"""
    equal(findings_with({"low/stray.cpp": '#include "low/gone.hpp"\n'}),
          ['low/stray.cpp includes "low/gone.hpp", which does not exist', "low/stray.cpp is compiled by no library"])


if __name__ == "__main__":
    sys.exit(run("includes", "", sys.argv[1], lambda _: None))
