"""The event backbone: outbox, relay, streams that can be rebuilt, cursors, parking, trimming.

Written by `outbox.emit`, placed and published by `relay.Relay`, applied by `consumer.Consumer`.
"""
