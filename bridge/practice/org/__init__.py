"""The stand-in for a Salesforce org: what it holds and how it saves; it knows nothing of HTTP."""

from __future__ import annotations
