// The menus of the bar close like menus; the theme changes without leaving the page, so that nothing typed is lost.
const menus = document.querySelectorAll("details.menu");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") {
    return;
  }
  for (const menu of menus) {
    if (menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
});
document.addEventListener("click", (event) => {
  for (const menu of menus) {
    if (menu.open && !menu.contains(event.target)) {
      menu.open = false;
    }
  }
});

function showTheme(theme) {
  if (theme === "system") {
    document.documentElement.removeAttribute("data-theme");
  } else {
    document.documentElement.dataset.theme = theme;
  }
  for (const button of document.querySelectorAll("[data-theme-form] button")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
}

for (const form of document.querySelectorAll("[data-theme-form]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const theme = event.submitter.value;
    showTheme(theme);
    const body = new URLSearchParams({ theme, back: "/" });
    // If the server can't be reached, the theme lasts as long as the page.
    await fetch("/theme", { method: "POST", body, redirect: "manual" }).catch(() => {});
  });
}

// A form without files is sent only if the server answers: otherwise the browser would replace it with its own error page.
const reached = new WeakSet();

document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || form.method !== "post" || form.querySelector("input[type=file]") || reached.has(form)) {
    return;
  }
  event.preventDefault();
  const outage = document.getElementById("outage");
  try {
    await fetch("/static/icon.svg", { method: "HEAD", cache: "no-store" });
  } catch {
    outage.textContent = "The server can't be reached. What you entered is still here: try again in a moment.";
    return;
  }
  outage.textContent = "";
  reached.add(form);
  form.requestSubmit(submitter);
  reached.delete(form);
});
