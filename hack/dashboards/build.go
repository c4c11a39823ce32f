package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// page is one dashboard.
type page struct {
	// name is the name of the file, and the id by which links find the dashboard.
	name  string
	title string
	rows  []row
}

// row is a line of panels under a heading. They share its width.
type row struct {
	title  string
	panels []panel
}

// panel is one picture.
type panel struct {
	title string
	// unit of the values, in Grafana's words: short, s, reqps, percentunit, bytes.
	unit string
	// about is what a reader should know who sees the picture for the first time.
	about string
	// series are what is drawn.
	series []series
}

// series is a query with the name of what it finds.
type series struct{ expr, legend string }

const (
	gridWidth   = 24
	panelHeight = 8
	source      = "${datasource}"
)

// build makes the dashboard as Grafana knows it.
func (p page) build() (dashboard.Dashboard, error) {
	builder := dashboard.NewDashboardBuilder(p.title).
		Uid(p.name).
		Tags([]string{"slipway"}).
		Refresh("30s").
		Time("now-6h", "now").
		Timezone("browser").
		Readonly().
		WithVariable(dashboard.NewDatasourceVariableBuilder("datasource").Label("Data source").Type("prometheus")).
		Link(dashboard.NewDashboardLinkBuilder("Slipway").Type("dashboards").Tags([]string{"slipway"}).AsDropdown(true).KeepTime(true))
	for _, row := range p.rows {
		builder.WithRow(dashboard.NewRowBuilder(row.title))
		for _, panel := range row.panels {
			builder.WithPanel(panel.build(uint32(gridWidth / len(row.panels)))) //nolint:gosec // a part of 24
		}
	}
	return builder.Build()
}

// build makes the panel, so many of the grid's columns wide.
func (p panel) build(width uint32) *timeseries.PanelBuilder {
	kind := "prometheus"
	id := source
	from := common.DataSourceRef{Type: &kind, Uid: &id}
	builder := timeseries.NewPanelBuilder().
		Title(p.title).
		Description(p.about).
		Datasource(from).
		Unit(p.unit).
		Min(0).
		Height(panelHeight).
		Span(width).
		FillOpacity(10).
		LineWidth(1).
		ShowPoints(common.VisibilityModeNever).
		Legend(common.NewVizLegendOptionsBuilder().DisplayMode(common.LegendDisplayModeList).Placement(common.LegendPlacementBottom).ShowLegend(true)).
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeMulti).Sort(common.SortOrderDescending))
	for i, series := range p.series {
		builder.WithTarget(prometheus.NewDataqueryBuilder().
			RefId(string(rune('A' + i))).
			Datasource(from).
			Expr(series.expr).
			LegendFormat(series.legend).
			Range())
	}
	return builder
}
