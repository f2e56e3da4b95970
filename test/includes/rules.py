"""What includes must keep to: no circles, and no room includes what it does not link."""


def findings(tree):
    """One sentence for each breach."""
    out = [f'{path} includes "{name}", which does not exist' for path, name in tree.lost]
    out += [f"{path} is compiled by no library" for path in tree.files if tree.room_of(path) is None]
    out += [f"files include each other in a circle: {' -> '.join(circle)}" for circle in circles(tree.files)]
    links = {name: [each for each in library.own if each in tree.libraries]
             for name, library in tree.libraries.items()}
    out += [f"libraries link each other in a circle: {' -> '.join(circle)}" for circle in circles(links)]
    crossings = room_crossings(tree)
    rooms = {}
    for a, b in crossings:
        rooms.setdefault(a, []).append(b)
    out += [f"rooms include each other in a circle: {' -> '.join(circle)} ({examples(circle, crossings)})"
            for circle in circles(rooms)]
    return out + not_linked(tree, crossings)


def room_crossings(tree):
    """For each pair of rooms the includes from the one to the other, as (file, included file)."""
    out = {}
    for path, included in tree.files.items():
        for other in included:
            pair = (tree.room_of(path), tree.room_of(other))
            if None not in pair and pair[0] != pair[1]:
                out.setdefault(pair, []).append((path, other))
    return out


def not_linked(tree, crossings):
    """Includes of what the including room does not link: CMake finds the headers of all rooms by one path, so that only this notices
    a header without a source file, and a link that comes by a private one."""
    out = []
    for (a, b), includes in crossings.items():
        visible = set().union(*(tree.given_by(each) for each in tree.libraries[a].own))
        if b not in visible:
            above = "stands above it" if reaches(tree, b, a) else "it does not link"
            out += [f"{path} of {a} includes {other} of {b}, which {above}" for path, other in includes]
    return out


def reaches(tree, start, end):
    """Whether `start` links `end`, itself or by others."""
    seen, waiting = set(), [start]
    while waiting:
        name = waiting.pop()
        if name in tree.libraries and name not in seen:
            seen.add(name)
            waiting += tree.libraries[name].own
    return end in seen


def examples(circle, crossings):
    return "; ".join(f"{crossings[pair][0][0]} includes {crossings[pair][0][1]}" for pair in zip(circle, circle[1:]))


def circles(graph):
    """The circles that a walk in depth meets, at least one where there are any, each ending with the node it begins with."""
    out, done = [], set()

    def visit(node, path):
        if node in path:
            out.append(path[path.index(node):] + [node])
        if node in path or node in done:
            return
        for other in graph.get(node, []):
            visit(other, path + [node])
        done.add(node)

    for node in graph:
        visit(node, [])
    return out
