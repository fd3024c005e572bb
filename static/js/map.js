// The map of a plan: vectors on plain ground, no tiles. The list beside it says the same.
import { Map as LeafletMap, control, divIcon, latLng, layerGroup, marker, polygon, polyline } from "leaflet";
import { spread } from "./spread.js";

const DASHES = { 1: null, 2: "10 6", 3: "3 6", 4: "12 5 3 5" };
const MARK = 26;
const EDGE = 48;
const CONTROLS = 84; // no stop starts under the zoom buttons

// Leaflet reads a string as HTML; names are text.
function asText(name) {
  const span = document.createElement("span");
  span.textContent = name;
  return span;
}

function addGround(map, data) {
  for (const ring of data.ground ?? []) polygon(ring, { className: "map-ground", interactive: false }).addTo(map);
  for (const road of data.roads ?? []) polyline(road, { className: "map-road", interactive: false }).addTo(map);
  for (const place of data.places ?? []) {
    const icon = divIcon({ className: "map-place", iconSize: [6, 6] });
    const dot = marker([place.lat, place.lon], { icon, interactive: false, keyboard: false }).addTo(map);
    dot.bindTooltip(asText(place.name), { permanent: true, direction: "right", offset: [MARK / 2 - 2, 0], className: "map-name", interactive: false });
  }
}

function addRoute(map, route) {
  const line = polyline(route.line, {
    className: `map-route series-${route.series}`,
    dashArray: DASHES[route.series],
    interactive: false,
  });
  line.addTo(map);
  return line.getElement();
}

function mark(text, name, className, at) {
  const icon = divIcon({ className: `map-mark ${className}`, html: "", iconSize: [MARK, MARK] });
  const pin = marker(at, { icon, riseOnHover: true });
  pin.on("add", () => {
    const element = pin.getElement();
    element.textContent = text;
    element.setAttribute("aria-label", name);
  });
  pin.bindTooltip(asText(name), { direction: "top", offset: [0, -12] });
  return pin;
}

function pinsOf(data, words) {
  const pins = [];
  if (data.depot) {
    const name = `${words.wordDepot} ${data.depot.name}`;
    pins.push({ at: latLng(data.depot.lat, data.depot.lon), text: "仓", name, className: "map-depot" });
  }
  for (const pin of data.pins ?? [])
    pins.push({ at: latLng(pin.lat, pin.lon), text: pin.text, name: pin.name, className: `series-${pin.series}` });
  for (const route of data.routes ?? [])
    for (const stop of route.stops ?? []) {
      const name = [route.label, `${words.wordStop} ${stop.number}`, stop.name, stop.detail].filter(Boolean).join(" · ");
      const className = `series-${route.series}`;
      pins.push({ at: latLng(stop.lat, stop.lon), text: String(stop.number), name, className, route: route.id });
    }
  return pins;
}

// Stops that would hide each other move apart; a thin line leads to the true position.
function placePins(map, pins, layer) {
  layer.clearLayers();
  const drawn = spread(pins.map((pin) => map.latLngToLayerPoint(pin.at)), MARK + 2);
  return pins.map((pin, index) => {
    const at = map.layerPointToLatLng(drawn[index]);
    if (map.latLngToLayerPoint(pin.at).distanceTo(drawn[index]) > MARK / 2)
      polyline([pin.at, at], { className: "map-leader", interactive: false }).addTo(layer);
    const made = mark(pin.text, pin.name, pin.className, at).addTo(layer);
    return { route: pin.route, element: made.getElement() };
  });
}

function light(parts, chosen) {
  for (const part of parts) {
    const other = chosen !== null && part.route !== undefined && String(part.route) !== chosen;
    part.element?.classList.toggle("is-dim", other);
  }
}

// Pointing at a route in the list beside the map brings it out on the map.
function followList(box, parts) {
  const pick = (event) => {
    const entry = event.target.closest?.(`[data-map-route]`);
    light(parts(), entry ? entry.dataset.mapRoute : null);
  };
  const scope = box.closest(".map-beside") ?? document;
  scope.addEventListener("mouseover", pick);
  scope.addEventListener("focusin", pick);
}

function boundsOf(data, pins) {
  const points = [...pins.map((pin) => pin.at), ...(data.routes ?? []).flatMap((route) => route.line ?? [])];
  return points.length && !data.wide ? points : points.concat((data.places ?? []).map((place) => latLng(place.lat, place.lon)));
}

// What is clicked on our own map is WGS-84, whatever map was chosen before.
function fillIn(form, at) {
  const values = { latitude: at.lat.toFixed(6), longitude: at.lng.toFixed(6), system: "wgs84" };
  for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
}

/** Draw one map from the JSON beside it. */
export function drawMap(box) {
  const data = JSON.parse(document.getElementById(box.dataset.map).textContent);
  const map = new LeafletMap(box, { zoomControl: false, attributionControl: Boolean(data.source), zoomSnap: 0.25, minZoom: 7, maxZoom: 16 });
  if (data.source) map.attributionControl.setPrefix(false).addAttribution(data.source);
  control.zoom({ zoomInTitle: box.dataset.wordIn, zoomOutTitle: box.dataset.wordOut }).addTo(map);
  control.scale({ imperial: false }).addTo(map);
  const pins = pinsOf(data, box.dataset);
  const bounds = boundsOf(data, pins);
  if (bounds.length) map.fitBounds(bounds, { paddingTopLeft: [CONTROLS, EDGE], paddingBottomRight: [EDGE, EDGE] });
  addGround(map, data);
  const lines = (data.routes ?? []).map((route) => ({ route: route.id, element: addRoute(map, route) }));
  const layer = layerGroup().addTo(map);
  let marks = placePins(map, pins, layer);
  map.on("zoomend", () => {
    marks = placePins(map, pins, layer);
  });
  followList(box, () => [...lines, ...marks]);
  if (box.dataset.picks) map.on("click", (event) => fillIn(document.getElementById(box.dataset.picks), event.latlng));
  new ResizeObserver(() => map.invalidateSize()).observe(box);
  box.dataset.drawn = "yes";
}

function start(root) {
  for (const box of root.querySelectorAll("[data-map]:not([data-drawn])")) drawMap(box);
}

document.addEventListener("htmx:load", (event) => start(event.detail.elt.parentNode ?? document));
start(document);
