"""Whom quality asks."""
