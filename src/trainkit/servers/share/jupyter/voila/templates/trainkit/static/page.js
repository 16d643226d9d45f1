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
    watchEntries();
  };
  window.update_loading_text = window.voila_process;

  const INTERVAL = 8000;
  let watching = false;
  let missed = 0;

  function watchSession() {
    if (watching) return;
    watching = true;
    setInterval(checkSession, INTERVAL);
    document.addEventListener("visibilitychange", () => document.hidden || comeBack());
    window.addEventListener("focus", comeBack);
  }

  // Another tab may have submitted something in the meantime.
  function comeBack() {
    checkSession();
    document.querySelector(".tk-refresh")?.click();
  }

  async function checkSession(acting = false) {
    if (document.hidden) return;
    const config = JSON.parse(byId("jupyter-config-data").textContent);
    try {
      const answer = await fetch(`${config.baseUrl}trainkit/session/${config.kernelId}`, { cache: "no-store" });
      const alive = answer.ok && (await answer.json()).alive;
      missed = 0;
      show(alive ? null : "lost");
    } catch {
      missed += 1;
      if (missed > 1 || acting) show("offline");
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

  // --- What is entered ---

  // The kernel keeps each entry as it is typed, and says so in `.tk-kept`. What it hasn't said yet may be lost
  // with it, so it stays in the browser until then, and is entered again when the page comes back.
  const place = `trainkit:${texts.place}:`;
  const FIELDS = ".tk-card input[type=text], .tk-card textarea";
  let acted;

  function watchEntries() {
    const cells = byId("rendered_cells");
    cells.addEventListener("input", entered);
    cells.addEventListener("change", entered);
    new MutationObserver(settle).observe(cells, { childList: true, subtree: true });
    settle();
    setInterval(tick, 10_000);
    tick();
  }

  const cardOf = (element) => element.closest(".tk-card");
  const fieldsOf = (card) => [...card.querySelectorAll(FIELDS)].filter((f) => !f.closest(".tk-paste"));
  const cards = () => [...document.querySelectorAll(".tk-card")];
  const nameOf = (card) => [...card.classList].find((name) => name.startsWith("tk-of-"));
  const keptOf = (card) => JSON.parse(card.querySelector("[data-kept]")?.dataset.kept ?? "[]");
  const keyOf = (card, number) => `${place}${nameOf(card)}:${number}`;

  function entered(event) {
    const card = cardOf(event.target);
    if (!card) return;
    const number = fieldsOf(card).indexOf(event.target);
    if (number >= 0) remember(keyOf(card, number), event.target.value);
    // What was said is about another entry; where the kernel lives it goes in a moment.
    const changed = number < 0 || keptOf(card)[number] !== event.target.value;
    if (changed && card.querySelector(".tk-said .trainkit-note")) card.classList.add("tk-stale");
    clearTimeout(acted);
    acted = setTimeout(() => checkSession(true), 700);
  }

  function remember(key, text) {
    try {
      localStorage.setItem(key, text);
    } catch {
      // A browser that keeps nothing: the kernel does.
    }
  }

  function settle() {
    for (const card of cards()) {
      const said = card.querySelector(".tk-said")?.textContent ?? "";
      if (card.dataset.said !== said) {
        card.dataset.said = said;
        card.classList.remove("tk-stale");
        card.dataset.stale = texts.stale;
      }
      const fields = fieldsOf(card);
      const known = keptOf(card);
      if (!known.length || fields.length < known.length) continue;
      const first = !card.dataset.restored;
      card.dataset.restored = "yes";
      known.forEach((text, number) => {
        const key = keyOf(card, number);
        const own = localStorage.getItem(key);
        if (own === text) localStorage.removeItem(key);
        else if (own !== null && first) {
          fields[number].value = own;
          fields[number].dispatchEvent(new Event("input", { bubbles: true }));
          fields[number].dispatchEvent(new Event("change", { bubbles: true }));
        }
      });
    }
    tick();
  }

  // The clock of an examination.
  function tick() {
    for (const clock of document.querySelectorAll(".tk-clock[data-until]")) {
      const left = Math.ceil((new Date(clock.dataset.until) - Date.now()) / 60_000);
      const text = left > 0 ? (left === 1 ? texts.minute : texts.minutes).replace("{n}", left) : texts.over;
      if (clock.textContent !== text) clock.textContent = text;
      clock.classList.toggle("tk-over", left <= 5);
    }
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
