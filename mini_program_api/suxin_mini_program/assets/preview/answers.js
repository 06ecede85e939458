// Reaching the server, and understanding its answers: content, nothing, or a problem.

/** A refusal, as a problem document or the authorization server tells it. */
export class Problem extends Error {
  constructor(document) {
    super(document.detail);
    Object.assign(this, { fields: [], ...document });
  }
}

/** Ask the server; what is thrown is a problem as well. */
export async function reach(address, options = {}) {
  try {
    return await fetch(address, { ...options, headers: { Accept: "application/json", ...options.headers } });
  } catch {
    throw new Problem({ status: 0, code: "NETWORK", detail: "网络不通，请检查后重试", retryable: true });
  }
}

/** The content of an answer, nothing where it has none; a refusal is thrown. */
export async function understood(response) {
  const content = await response.json().catch(() => null);
  if (response.ok) return content;
  throw new Problem({ code: "UNKNOWN", detail: `服务器应答 ${response.status}`, ...content, status: response.status });
}
