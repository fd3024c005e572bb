"""Excel in and out: sheets people fill in, checked whole before anything changes (导入导出)."""
