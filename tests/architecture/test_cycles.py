"""No cycles: neither between modules, nor between packages and modules side by side in any package.

Imports inside functions and under TYPE_CHECKING count, too: whoever reads one side of a cycle has to read the other.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter

from grimp import ImportGraph, build_graph

ROOTS = ("app", "workers", "evals")


@cache
def imports() -> ImportGraph:
    return build_graph(*ROOTS, cache_dir=None)


@cache
def list_edges() -> tuple[tuple[str, str], ...]:
    """(importer, imported), of all modules."""
    graph = imports()
    return tuple(
        (importer, imported)
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
    )


def find_cycle(edges: Iterable[tuple[str, str]]) -> list[str]:
    """The modules of one cycle, its first one also at the end; empty without a cycle."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for importer, imported in edges:
        sorter.add(importer, imported)
    try:
        sorter.prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def list_packages() -> set[str]:
    """All that have modules or packages in them; the empty name stands for the place of the roots."""
    return {module.rpartition(".")[0] for module in imports().modules}


def child_of(package: str, module: str) -> str | None:
    """The module or package directly in `package` that `module` is or is in; the empty package has the roots."""
    prefix = f"{package}." if package else ""
    return prefix + module.removeprefix(prefix).split(".")[0] if module.startswith(prefix) else None


def list_child_edges(package: str) -> Iterator[tuple[str, str]]:
    """(importer, imported) of what is directly in `package`, by any module inside."""
    for importer, imported in list_edges():
        above, below = child_of(package, importer), child_of(package, imported)
        if above is not None and below is not None and above != below:
            yield above, below


def test_find_cycle_returns_the_modules_of_a_cycle():
    assert find_cycle([("a", "b"), ("b", "c"), ("c", "b")]) in (["b", "c", "b"], ["c", "b", "c"])
    assert find_cycle([("a", "b"), ("b", "c"), ("a", "c")]) == []


def test_modules_form_no_cycle():
    assert find_cycle(list_edges()) == []


def test_modules_and_packages_side_by_side_form_no_cycle():
    cycles = {package: find_cycle(list_child_edges(package)) for package in list_packages()}
    assert {package: cycle for package, cycle in cycles.items() if cycle} == {}
