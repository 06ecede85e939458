// GraphiQL on the desk's page: it asks with the desk's session and the page's token, and keeps nothing when it is left.
"use strict";

(() => {
  const place = document.getElementById("explorer");
  const FIRST = `# Ctrl + Enter 运行
query Rights {
  viewer {
    tenant {
      name
    }
    permissions
  }
}
`;

  // What is typed would otherwise stay in the browser for whoever uses it next.
  function memory() {
    const kept = new Map();
    return {
      get length() { return kept.size; },
      clear: () => kept.clear(),
      getItem: (name) => kept.get(name) ?? null,
      setItem: (name, value) => kept.set(name, value),
      removeItem: (name) => kept.delete(name),
    };
  }

  function sent(asked, accept) {
    return fetch(place.dataset.address, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", Accept: accept, [place.dataset.header]: place.dataset.token },
      body: JSON.stringify(asked),
    });
  }

  function subscribes(asked, tree) {
    const operations = (tree?.definitions ?? []).filter((one) => one.kind === "OperationDefinition");
    const named = operations.find((one) => one.name?.value === asked.operationName);
    return (named ?? operations[0])?.operation === "subscription";
  }

  // Server-sent events, one at a time: each ends with an empty line and holds an answer in its `data`.
  async function* events(asked) {
    const answer = await sent(asked, "text/event-stream");
    if (!answer.headers.get("content-type")?.startsWith("text/event-stream")) {
      yield await answer.json();
      return;
    }
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let held = "";
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        const parts = (held + value).split("\n\n");
        held = parts.pop();
        for (const part of parts) {
          const data = part.split("\n").find((line) => line.startsWith("data: {"));
          if (data) yield JSON.parse(data.slice("data: ".length));
        }
      }
    } finally {
      await reader.cancel();
    }
  }

  function fetcher(asked, { documentAST } = {}) {
    if (subscribes(asked, documentAST)) return events(asked);
    return sent(asked, "application/graphql-response+json, application/json").then((answer) => answer.json());
  }

  ReactDOM.createRoot(place).render(
    React.createElement(GraphiQL, {
      fetcher,
      storage: memory(),
      defaultQuery: FIRST,
      forcedTheme: "light",
      isHeadersEditorEnabled: false,
      showPersistHeadersSettings: false,
    }),
  );
})();
