"""Summaries of made-up studies."""

from precedent_viewer.hanging.summaries import SeriesSummary, StudySummary

AXIAL = SeriesSummary("1.1", "CT", "Thorax 1.0 soft", 2, "axial", "CHEST", "", 300)
LUNG = SeriesSummary("1.2", "CT", "Thorax 1.0 lung", 3, "axial", "CHEST", "", 300)
CORONAL = SeriesSummary("1.3", "CT", "Thorax soft cor", 4, "coronal", "CHEST", "", 80)
SCOUT = SeriesSummary("1.4", "CT", "Topogram", 1, "coronal", "CHEST", "", 1)
NOW = StudySummary("1", "p", "20250301", "Thorax trauma", (AXIAL, LUNG, CORONAL, SCOUT))
OLD_AXIAL = SeriesSummary("2.1", "CT", "Chest soft", 1, "axial", "CHEST", "", 60)
PRIOR = StudySummary("2", "p", "20240101", "Thorax", (OLD_AXIAL,))
OLDER = StudySummary("3", "p", "20230101", "Thorax", (SeriesSummary("3.1", "CT", "Soft"),))
STRANGER = StudySummary("4", "q", "20240601", "Thorax", (SeriesSummary("4.1", "CT", "Soft"),))
