"""Measures the page under load, beside a yardstick, on one machine.

bench/
├── upstream   a stand-in for Nylas, with its limits and delays
├── browser    HTTP as one person's browser speaks it
├── person     walks a whole sign-in: forms, redirects, cookies
├── driver     sends people at a rate, and sums up what they saw
├── hostile    clients that drip a byte a second, or nothing
├── servers    starts and stops everything that takes part
├── report     the table that a point prints
├── naive/     the yardstick: the page that is written in an afternoon
├── bare       a route with a template of one line
└── points/    one module for each point, see README.md
"""
