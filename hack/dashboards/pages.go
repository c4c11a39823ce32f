package main

// pages is the one list of the dashboards.
var pages = []page{fleet, addons, facade, manager}

// one draws a single query.
func one(expr, legend string) []series { return []series{{expr: expr, legend: legend}} }
