"""Modules have no import cycles. The packages and modules directly inside a package have none either.

Imports inside functions and under TYPE_CHECKING count too. Even with such an import, a reader must read both modules to
understand one.
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
    """Return (importing module, imported module) for each import."""
    graph = imports()
    return tuple(
        (importer, imported)
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
    )


def find_cycle(edges: Iterable[tuple[str, str]]) -> list[str]:
    """Return the modules of one cycle and the first module again. Return an empty list if there is no cycle."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for importer, imported in edges:
        sorter.add(importer, imported)
    try:
        sorter.prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def list_packages() -> set[str]:
    """Return the names of all packages that contain modules. The parent of the root packages has an empty name."""
    return {module.rpartition(".")[0] for module in imports().modules}


def child_of(package: str, module: str) -> str | None:
    """Return the direct child of `package` that is or contains `module`. Return None for a module outside `package`."""
    prefix = f"{package}." if package else ""
    return prefix + module.removeprefix(prefix).split(".")[0] if module.startswith(prefix) else None


def list_child_edges(package: str) -> Iterator[tuple[str, str]]:
    """Yield (importing child, imported child) for each import between two direct children of `package`. An import
    between modules inside two children counts as an import between these children.
    """
    for importer, imported in list_edges():
        above, below = child_of(package, importer), child_of(package, imported)
        if above is not None and below is not None and above != below:
            yield above, below


def test_find_cycle_returns_modules_of_a_cycle():
    assert find_cycle([("a", "b"), ("b", "c"), ("c", "b")]) in (["b", "c", "b"], ["c", "b", "c"])
    assert find_cycle([("a", "b"), ("b", "c"), ("a", "c")]) == []


def test_modules_have_no_import_cycle():
    assert find_cycle(list_edges()) == []


def test_direct_children_of_a_package_have_no_import_cycle():
    cycles = {package: find_cycle(list_child_edges(package)) for package in list_packages()}
    assert {package: cycle for package, cycle in cycles.items() if cycle} == {}
