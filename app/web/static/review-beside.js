// What opens under a field: its history, its comments, and the box for a reason.
import { element, read } from "./api.js";
import { besideField, button, rowOf } from "./review-fields.js";
import { post } from "./review-decide.js";
import { AFTERWARDS, STATUS, currentField, data, personOf, say, showProblem, state } from "./review-state.js";

const WORDS = {
  propose: "proposed", approve: "approved", correct: "corrected to", reject: "rejected", absent: "absent:", unclear: "unclear:",
  "send-back": "sent back", undo: "undone", agree: "both readings agree:", differ: "the readings differ",
};

const moment = (text) => element("time", { datetime: text }, new Date(text).toLocaleString());

function heading(text) {
  return element("div", { class: "beside-head" }, element("h3", {}, text), button("quiet small", "Close", null, close));
}

function close() {
  besideField().replaceChildren();
  rowOf(state.current).focus();
}

// A box that asks for text. `done` is called with it.
function textBox(label, done, hint) {
  const input = element("textarea", { rows: "2", maxlength: "2000", id: "reason" });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.defaultPrevented && input.value.trim()) {
      event.preventDefault();
      done(input.value.trim());
    } else if (event.key === "Escape") {
      close();
    }
  });
  const send = button("small", "Send", null, () => input.value.trim() && done(input.value.trim()));
  return [element("label", { for: "reason" }, label), input, element("p", { class: "hint" }, hint), send];
}

export function askFor(label, done) {
  besideField().replaceChildren(...textBox(label, done, "Enter sends it, Escape leaves."));
  document.getElementById("reason").focus();
}

const isOpen = (name) => besideField().dataset.shows === name && besideField().childElementCount > 0;

// Reads `path` and shows it under the open field; closes it if it is on show.
async function toggle(name, path, draw) {
  if (isOpen(name)) {
    close();
    return;
  }
  const box = besideField();
  try {
    const found = await read(path, AFTERWARDS);
    if (box.isConnected) {
      box.dataset.shows = name;
      draw(box, found);
    }
  } catch (error) {
    showProblem(error.message);
  }
}

function revisionLine(each) {
  const value = each.printed ?? "";
  const signs = [
    each.in_force ? "stands" : null, each.status === "entered" ? STATUS.entered : null, each.bulk_id ? "in bulk" : null,
    each.sealed ? "only you see it" : null,
  ].filter(Boolean);
  return element(
    "li", {}, `${WORDS[each.action] ?? each.action} `, element("b", {}, value), ` by ${personOf(each.made_by)}, `, moment(each.made_at),
    ...(signs.length ? [" ", element("span", { class: "meta" }, `(${signs.join(", ")})`)] : []), each.note ? `: ${each.note}` : "",
  );
}

// A list of which the server sends a page at a time. `line` draws an item; a button reads the next page.
function pagedList(path, { items, next_cursor: cursor }, line) {
  const list = element("ol", { class: "revisions" }, ...items.map(line));
  const more = (next) => {
    if (!next) {
      return;
    }
    const item = element("li", {}, button("quiet small", "Show more", null, async () => {
      try {
        const found = await read(`${path}?cursor=${encodeURIComponent(next)}`, AFTERWARDS);
        item.replaceWith(...found.items.map(line));
        more(found.next_cursor);
      } catch (error) {
        showProblem(error.message);
      }
    }));
    list.append(item);
  };
  more(cursor);
  return list;
}

export const showHistory = () => {
  const path = `/v1/review/fields/${state.current}/revisions`;
  return toggle("history", path, (box, found) => box.replaceChildren(heading("History"), pagedList(path, found, revisionLine)));
};

// IDs of the people whom "@Name" in the text mentions.
export function mentionsIn(text, people) {
  return Object.entries(people).filter(([, name]) => text.includes(`@${name}`)).map(([id]) => id);
}

function offerNames(input) {
  const names = element("p", { class: "names", role: "group", "aria-label": "People to mention" });
  const draw = () => {
    const begun = /@([^\n@]{0,60})$/.exec(input.value.slice(0, input.selectionStart))?.[1].toLowerCase();
    const fitting = begun === undefined ? [] : Object.values(data.people).filter((name) => name.toLowerCase().startsWith(begun) && name.toLowerCase() !== begun).slice(0, 5);
    names.replaceChildren(...fitting.map((name) => button("quiet small", `@${name}`, null, () => take(name, begun))));
  };
  const take = (name, begun) => {
    const at = input.selectionStart;
    input.setRangeText(`${name} `, at - begun.length, at, "end");
    input.focus();
    draw();
  };
  input.addEventListener("input", draw);
  input.addEventListener("keydown", (event) => {
    if ((event.key === "Tab" || event.key === "Enter") && !event.shiftKey && names.firstChild) {
      event.preventDefault();
      names.firstChild.click();
    }
  }, true); // before the listener for which Enter sends the text
  return names;
}

const commentLine = (each) => element("li", {}, element("b", {}, personOf(each.made_by)), " ", element("span", { class: "meta" }, moment(each.made_at)), element("br"), each.body);

function drawComments(box, found) {
  const { id } = currentField();
  const path = `/v1/review/fields/${id}/comments`;
  const send = async (body) => {
    try {
      await post(path, { body, mentions: mentionsIn(body, data.people) });
      say("The comment is stored.");
      if (box.isConnected) {
        drawComments(box, await read(path, AFTERWARDS));
        document.getElementById("reason")?.focus();
      }
    } catch (error) {
      showProblem(error.message);
    }
  };
  const parts = data.may_review ? textBox("Comment", send, "@ mentions somebody. Enter sends it, Escape leaves.") : [];
  box.replaceChildren(heading("Comments"), pagedList(path, found, commentLine));
  if (parts.length) {
    box.append(...parts, offerNames(parts[1]));
  }
}

export const showComments = async () => {
  await toggle("comments", `/v1/review/fields/${state.current}/comments`, drawComments);
  document.getElementById("reason")?.focus();
};
