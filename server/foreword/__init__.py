"""Foreword: a coding assistant whose repository context is laid down once as a cached prefix."""

__version__ = "0.1.0"
