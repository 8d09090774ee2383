vcl 4.1;

# Varnish in front of Broadsheet, with the module xkey (Debian: varnish-modules).
# Broadsheet needs purge.form = "varnish-xkey" and purge.url = the address of this
# Varnish. Answers to GET are kept until what they depend on changes.

import xkey;

backend default {
    .host = "127.0.0.1";
    .port = "8080";
}

# Who may purge: the nodes of Broadsheet.
acl nodes {
    "localhost";
}

sub vcl_recv {
    if (req.method == "PURGE" || req.method == "BAN") {
        if (client.ip !~ nodes) {
            return (synth(403, "Forbidden"));
        }
        # The header's tags are parted by spaces.
        if (req.http.xkey-purge) {
            set req.http.purged = xkey.purge(req.http.xkey-purge);
            return (synth(200, "Purged " + req.http.purged));
        }
        # Without the module: purge.form = "varnish-ban".
        if (req.http.surrogate-key-ban) {
            ban("obj.http.surrogate-key ~ " + req.http.surrogate-key-ban);
            return (synth(200, "Banned"));
        }
        return (synth(400, "Nothing to purge"));
    }
}

sub vcl_backend_response {
    if (beresp.http.surrogate-key) {
        set beresp.http.xkey = beresp.http.surrogate-key;
        # Longer than `Cache-Control` says, which is for browsers: a purge ends it.
        # A change by time alone purges as well.
        set beresp.ttl = 1h;
        set beresp.grace = 0s;
    }
}

sub vcl_deliver {
    # Tags are of no use to readers.
    unset resp.http.xkey;
    unset resp.http.surrogate-key;
    unset resp.http.cache-tag;
}
