// What an exercise page does around its notebook: shows how far it is, and says when its session is gone.
(() => {
  const texts = JSON.parse(document.getElementById("tk-texts").textContent);
  const byId = (id) => document.getElementById(id);

  // Voila calls these three by name while it streams the page.
  window.voila_process = (step, steps) => {
    byId("tk-progress").style.width = `${Math.round((100 * step) / steps)}%`;
    byId("loading_text").textContent = texts.step.replace("{step}", step).replace("{steps}", steps);
  };
  window.voila_heartbeat = () => {
    byId("loading_text").textContent = texts.slow;
  };
  window.voila_finish = () => window.display_cells();

  // Shown when both are there, in whatever order they come: all cells, and the theme that Voila's script loads.
  window.display_cells = () => {
    if (!window.themeLoaded) {
      window.cellLoaded = true;
      return;
    }
    byId("loading")?.remove();
    byId("rendered_cells").style.display = "";
    watchSession();
  };
  window.update_loading_text = window.voila_process;

  const INTERVAL = 8000;
  let watching = false;
  let missed = 0;

  function watchSession() {
    if (watching) return;
    watching = true;
    setInterval(checkSession, INTERVAL);
    document.addEventListener("visibilitychange", () => document.hidden || checkSession());
  }

  async function checkSession() {
    if (document.hidden) return;
    const config = JSON.parse(byId("jupyter-config-data").textContent);
    try {
      const answer = await fetch(`${config.baseUrl}trainkit/session/${config.kernelId}`, { cache: "no-store" });
      const alive = answer.ok && (await answer.json()).alive;
      missed = 0;
      show(alive ? null : "lost");
    } catch {
      missed += 1;
      if (missed > 1) show("offline");
    }
  }

  // A text with its backticks turned into code.
  function spans(text) {
    return text.split("`").map((part, i) => {
      if (i % 2 === 0) return part;
      const code = document.createElement("code");
      code.textContent = part;
      return code;
    });
  }

  function show(what) {
    const banner = byId("tk-banner");
    if (banner.dataset.what === (what ?? "")) return;
    banner.dataset.what = what ?? "";
    banner.hidden = !what;
    banner.replaceChildren();
    if (!what) return;
    const message = document.createElement("p");
    const strong = document.createElement("strong");
    strong.textContent = texts[what];
    message.append(strong, " ", ...spans(texts[`${what}_detail`]));
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = texts.reload;
    button.addEventListener("click", () => location.reload());
    banner.append(message, button);
  }
})();
