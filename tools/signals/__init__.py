"""Dashboards, rules and the gateway's names, all written from services/kit/signals/*.yaml."""
