// Draws the charts of Today: bars that lie, with their figure at the end, told apart by stripes and not by colour alone.
// The figures stand in a table below each, for whoever sees no chart.
(() => {
  const drawn = [];

  function colours() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(name).trim();
    return { bar: read("--accent"), ground: read("--surface"), text: read("--text"), strong: read("--text-strong"), line: read("--line") };
  }

  function stripes(colour, ground) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    pen.fillStyle = ground;
    pen.fillRect(0, 0, 8, 8);
    pen.strokeStyle = colour;
    pen.lineWidth = 2.5;
    for (const shift of [-8, 0, 8]) {
      pen.beginPath();
      pen.moveTo(shift, 8);
      pen.lineTo(shift + 8, 0);
      pen.stroke();
    }
    return pen.createPattern(tile, "repeat");
  }

  // The figure stands behind the last piece of its bar.
  const figures = {
    id: "figures",
    afterDatasetsDraw(chart, _args, options) {
      const pen = chart.ctx;
      pen.save();
      pen.font = `500 12px ${Chart.defaults.font.family}`;
      pen.fillStyle = options.colour;
      pen.textBaseline = "middle";
      options.shown.forEach((text, row) => {
        const ends = chart.data.datasets.map((_set, number) => chart.getDatasetMeta(number).data[row]);
        const end = Math.max(...ends.map((bar) => bar.x));
        pen.fillText(text, end + 6, ends[0].y);
      });
      pen.restore();
    },
  };

  function draw(canvas) {
    const asked = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
    const colour = colours();
    const fills = [colour.bar, stripes(colour.bar, colour.ground)];
    const longest = Math.max(...asked.shown.map((text) => text.length));
    return new Chart(canvas, {
      type: "bar",
      data: {
        labels: asked.labels,
        datasets: asked.series.map((one, number) => ({
          label: one.name,
          data: one.values,
          backgroundColor: fills[number % fills.length],
          borderColor: colour.bar,
          borderWidth: 1,
          maxBarThickness: 22,
        })),
      },
      options: {
        indexAxis: "y",
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        layout: { padding: { right: 12 + longest * 7 } },
        scales: {
          x: { stacked: true, beginAtZero: true, display: false },
          y: { stacked: true, grid: { display: false }, border: { color: colour.line }, ticks: { color: colour.text, autoSkip: false, font: { size: 12 } } },
        },
        plugins: {
          legend: { display: asked.series.length > 1, position: "bottom", labels: { color: colour.text } },
          tooltip: { enabled: false },
          figures: { shown: asked.shown, colour: colour.strong },
        },
      },
      plugins: [figures],
    });
  }

  function drawAll() {
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    drawn.splice(0).forEach((chart) => chart.destroy());
    document.querySelectorAll("canvas[data-chart]").forEach((canvas) => drawn.push(draw(canvas)));
  }

  drawAll();
  // Dark and light are other colours, and a canvas does not learn of it.
  new MutationObserver(drawAll).observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
})();
