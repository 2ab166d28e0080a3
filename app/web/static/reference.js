// The API reference. "Execute" sends a request with the session cookie, or with the key entered under "Authorize".
import { PAGE_HEADER } from "./api.js";

const texts = new Map();

// Returns the text in which a search looks for words: tag, method, path, description, and codes of possible problems.
function textOf(tag, item) {
  const id = item.get("id");
  if (!texts.has(id)) {
    const operation = item.get("operation").toJS();
    const answers = Object.values(operation.responses || {});
    const codes = answers.flatMap((answer) => Object.keys(answer.content?.["application/problem+json"]?.examples || {}));
    const names = (operation.parameters || []).map((parameter) => parameter.name);
    const { operationId, summary, description } = operation;
    const words = [tag, item.get("method"), item.get("path"), operationId, summary, description, ...names, ...codes];
    texts.set(id, words.join(" ").toLowerCase());
  }
  return texts.get(id);
}

const search = () => ({
  fn: {
    opsFilter(groups, phrase) {
      const words = phrase.toLowerCase().split(/\s+/);
      const matches = (tag) => (item) => words.every((word) => textOf(tag, item).includes(word));
      return groups
        .map((group, tag) => group.update("operations", (operations) => operations.filter(matches(tag))))
        .filter((group) => group.get("operations").size > 0);
    },
  },
});

window.SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#main",
  layout: "BaseLayout",
  plugins: [search],
  filter: true,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  validatorUrl: null,
  // Sort operations for operators last.
  tagsSorter: (one, other) => (one === "operations") - (other === "operations"),
  // The header proves that a page of this site sent the request. The displayed curl command needs a key instead.
  requestInterceptor: (request) => Object.assign(request, { headers: { ...request.headers, ...PAGE_HEADER } }),
  showMutatedRequest: false,
  onComplete() {
    const input = document.querySelector(".operation-filter-input");
    input.placeholder = "Search: a word, a path, a problem code";
    input.setAttribute("aria-label", "Search the operations");
  },
});
