const ROUNDS = 120;

/** Push points of one plane apart until none is nearer than `gap`; order does not matter. */
export function spread(points, gap) {
  const moved = points.map((point) => ({ x: point.x, y: point.y }));
  for (let round = 0; round < ROUNDS; round += 1) {
    let still = true;
    for (let one = 0; one < moved.length; one += 1)
      for (let other = one + 1; other < moved.length; other += 1)
        if (pushApart(moved[one], moved[other], gap, one + other)) still = false;
    if (still) break;
  }
  return moved;
}

function pushApart(one, other, gap, turn) {
  let dx = other.x - one.x;
  let dy = other.y - one.y;
  let distance = Math.hypot(dx, dy);
  if (distance >= gap) return false;
  if (distance < 0.01) {
    dx = Math.cos(turn * 2.4);
    dy = Math.sin(turn * 2.4);
    distance = 1;
  }
  const shift = (gap - distance + 0.5) / 2 / distance;
  one.x -= dx * shift;
  one.y -= dy * shift;
  other.x += dx * shift;
  other.y += dy * shift;
  return true;
}
