// Clocks that count up from a start, by the server's time and not this machine's.
const SECOND = 1000;

function textOf(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / SECOND));
  const pad = (number) => String(number).padStart(2, "0");
  const days = Math.floor(seconds / 86400);
  const clock = `${pad(Math.floor(seconds / 3600) % 24)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return days ? `${days} ${document.documentElement.lang.startsWith("zh") ? "天" : "d"} ${clock}` : clock;
}

function tick(clock, ahead) {
  clock.textContent = textOf(Date.now() + ahead - Date.parse(clock.dataset.since));
}

for (const clock of document.querySelectorAll("[data-since]:not([data-until])")) {
  const ahead = Date.parse(clock.dataset.now) - Date.now();
  tick(clock, ahead);
  setInterval(() => tick(clock, ahead), SECOND);
}
