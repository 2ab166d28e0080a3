"""Two ways to use a page: with the pointer, and with the keyboard alone. A task is written once for both."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from playwright.sync_api import Locator, Page

FARTHEST = 40
"""A control that is more presses of Tab away is too far."""

DISTANCE = """target => {
  const {activeElement: active} = document, isBody = active === document.body;
  const reachable = "a[href], button, input, select, textarea, summary, iframe, [tabindex]";
  const isFirst = (each) => each.type !== "radio" || each === target || each === active ||
    each === document.querySelector(`input[type=radio][name="${each.name}"]`);
  const reached = [...document.querySelectorAll(reachable)].filter((each) => each.tabIndex >= 0 && !each.disabled &&
    each.type !== "hidden" && isFirst(each) && each.checkVisibility({visibilityProperty: true}));
  const follows = (one, other) => Boolean(other.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
  const isAfter = isBody || follows(target, active);
  const between = reached.filter((each) => isAfter
    ? (isBody || follows(each, active)) && !follows(each, target)
    : !follows(target, each) && each !== target && follows(active, each) || each === target);
  return isAfter ? between.length : -between.length;
}"""
"""How many controls of the page Tab passes from the focus to the target; negative if the target comes before."""

STATE = """target => {
  const {activeElement: active} = document, style = getComputedStyle(target);
  return {
    is_reached: active === target,
    is_lost: active === document.body && window.isUsedByKeys === true,
    is_outside: active !== document.body && !document.getElementById("main")?.contains(active),
    is_seen: target.matches(":focus-visible") && (style.outlineStyle !== "none" || style.boxShadow !== "none"),
  };
}"""


class Hands(ABC):
    """Uses controls of a page, and counts steps. A step is a choice of a control, a text that is typed or pasted, or a
    key. To move the focus to a control is a step of the keyboard, however often Tab is pressed for it.
    """

    name: ClassVar[str]

    def __init__(self, page: Page, steps: int = 0) -> None:
        self.page = page
        self.steps = steps

    @abstractmethod
    def reach(self, control: Locator) -> None:
        """Move the focus to a control, where that is a step of its own."""

    @abstractmethod
    def use(self, control: Locator) -> None:
        """Use the link or the button that was reached."""

    def press(self, control: Locator) -> None:
        """Use a link, a button or a heading that opens."""
        self.reach(control)
        self.use(control)

    @abstractmethod
    def type(self, box: Locator, text: str) -> None:
        """Replace the text of a box."""

    @abstractmethod
    def send(self, button: Locator) -> None:
        """Send the form whose box was typed into: with its button, or with Enter."""

    @abstractmethod
    def pick(self, choice: Locator, option: str) -> None:
        """Choose an option of a list."""

    @abstractmethod
    def tick(self, box: Locator) -> None:
        """Check a box that is not checked."""

    @abstractmethod
    def mark(self, choices: Locator, number: int) -> None:
        """Choose one of several choices that exclude each other, by its place."""

    @abstractmethod
    def attach(self, box: Locator, file: Path) -> None:
        """Choose a file."""

    @abstractmethod
    def shortcut(self, key: str, button: Locator) -> None:
        """Do what a button does: press it, or its key."""

    @abstractmethod
    def type_after(self, key: str, box: Locator, text: str) -> None:
        """Replace the text of a box to which a key leads, and send it with Enter."""

    def key(self, key: str) -> None:
        """Press a key."""
        self.steps += 1
        self.page.keyboard.press(key)

    def follow(self, control: Locator) -> None:
        """Use a link or a button that leads to another page."""
        self.reach(control)
        self._leave(lambda: self.use(control))

    def find(self, box: Locator, text: str, button: Locator) -> None:
        """Type into a box of a form, and send the form, which leads to another page."""
        self.type(box, text)
        self._leave(lambda: self.send(button))

    def download(self, control: Locator) -> str:
        """Use a link that sends a file, and return its text."""
        self.reach(control)
        with self.page.expect_download() as download:
            self.use(control)
        return download.value.path().read_text()

    def _leave(self, act: Callable[[], None]) -> None:
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            act()


class Pointer(Hands):
    name = "pointer"

    def reach(self, control: Locator) -> None:
        """No step: the pointer is on a control when it is clicked."""

    def use(self, control: Locator) -> None:
        self.steps += 1
        control.click()

    def type(self, box: Locator, text: str) -> None:
        self.steps += 2
        box.click()
        box.fill(text)

    def send(self, button: Locator) -> None:
        self.press(button)

    def pick(self, choice: Locator, option: str) -> None:
        self.steps += 2  # to open the list, and to choose
        choice.select_option(label=option)

    def tick(self, box: Locator) -> None:
        self.press(box)

    def mark(self, choices: Locator, number: int) -> None:
        self.press(choices.nth(number))

    def attach(self, box: Locator, file: Path) -> None:
        with self.page.expect_file_chooser() as chooser:
            self.press(box)
        chooser.value.set_files(file)

    def shortcut(self, key: str, button: Locator) -> None:
        self.press(button)

    def type_after(self, key: str, box: Locator, text: str) -> None:
        self.type(box, text)
        self.key("Enter")


class Keyboard(Hands):
    """Moves the focus with Tab and Shift+Tab only. Fails if the focus is lost, invisible, or too far from a control."""

    name = "keyboard"

    def use(self, control: Locator) -> None:
        self.key("Enter")

    def type(self, box: Locator, text: str) -> None:
        self.reach(box)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)
        self.steps += 1

    def send(self, button: Locator) -> None:
        self.key("Enter")

    def pick(self, choice: Locator, option: str) -> None:
        self.reach(choice)
        self.page.keyboard.type(option)
        self.key("Enter")

    def tick(self, box: Locator) -> None:
        self.reach(box)
        self.key("Space")

    def mark(self, choices: Locator, number: int) -> None:
        self.reach(choices.first)
        self.key("Space")
        for _ in range(number):
            self.key("ArrowDown")

    def attach(self, box: Locator, file: Path) -> None:
        self.reach(box)
        with self.page.expect_file_chooser() as chooser:
            self.key("Enter")
        chooser.value.set_files(file)

    def shortcut(self, key: str, button: Locator) -> None:
        button.wait_for()
        self.key(key)

    def type_after(self, key: str, box: Locator, text: str) -> None:
        self.key(key)
        self.type(box, text)
        self.key("Enter")

    def key(self, key: str) -> None:
        self.page.evaluate("window.isUsedByKeys = document.activeElement !== document.body")
        super().key(key)

    def reach(self, control: Locator) -> None:
        control.wait_for()
        target = control.element_handle()
        self.steps += 1
        state: dict[str, Any] = target.evaluate(STATE)
        assert not state["is_lost"], f"the focus was lost before {control}"
        if state["is_reached"]:
            return
        pressed = 0
        if not state["is_outside"] and self._is_new() and target.evaluate("each => each.closest('main') !== null"):
            pressed += self._skip()
        while not state["is_reached"] and pressed < FARTHEST:
            distance = target.evaluate(DISTANCE)
            presses = max(abs(distance) - 2, 1)
            for _ in range(min(presses, FARTHEST - pressed)):
                self.page.keyboard.press("Tab" if distance > 0 else "Shift+Tab")
            pressed += presses
            state = target.evaluate(STATE)
        assert state["is_reached"], f"{control} is not reached in {pressed} presses of Tab"
        assert state["is_seen"], f"the focus on {control} can't be seen"

    def _is_new(self) -> bool:
        return bool(self.page.evaluate("document.activeElement === document.body"))

    def _skip(self) -> int:
        """Skip the links at the top of a page that has just been opened."""
        self.page.keyboard.press("Tab")
        self.page.keyboard.press("Enter")
        return 2
