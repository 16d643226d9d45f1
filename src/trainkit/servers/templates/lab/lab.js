// The way home from JupyterLab: a link where its logo is.
(() => {
  const NAME = "trainkit-home";

  function place() {
    const logo = document.getElementById("jp-MainLogo");
    if (!logo || logo.querySelector(`.${NAME}`)) return Boolean(logo);
    const link = document.createElement("a");
    link.className = NAME;
    link.href = "/trainkit/";
    link.textContent = `← ${HOME_TEXT}`;
    link.style.cssText =
      "color:#0b5d59;font-weight:600;text-decoration:none;white-space:nowrap;padding:0 12px;align-self:center";
    logo.style.cssText += ";display:flex;width:auto;height:auto;pointer-events:auto";
    logo.append(link);
    return true;
  }

  const wait = setInterval(() => place() && clearInterval(wait), 200);
})();
