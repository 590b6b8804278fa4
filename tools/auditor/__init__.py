"""The nightly verification of every service's audit; the chart runs it as a CronJob."""
