"""The only words that a fingerprint keeps of what another machine said: none of them names a person."""

WORDS = frozenset(
    """
    a about above absent accept accepted accepting access account accounts action active address
    addresses administrative administrator after again agent alias all allow allowed already also an and
    another any api application are argument arguments as ask asked assertion at attachment attempt
    attempts attribute auth authenticate authenticated authentication authorization authorized available
    away back backend bad bandwidth banned base be because been before being below beyond blacklist
    blacklisted block blocked blocklist body bounce broken buffer bug busy but by bytes call called can
    cannot cert certificate chain change changed channel character characters charset check cipher
    client close closed code command commands condition conditions config configuration configured
    confirmed conflict connect connected connecting connection connections contact contains content
    contents control conversation copy could country create created credentials current daily data
    database date day days dead deadline deadlock decline declined default deferred delay delayed
    deliver delivered delivering delivery denied deprecated destination device did directory disabled
    disconnect disconnected disk dkim dmarc dns do does domain domains dot down dropped due duplicate
    during e early ehlo empty encode encoding encryption end ended endpoint enough entity entry envelope
    error errors exceed exceeded exceeds exception execute exist exists expected expired extension
    external fail failed failing fails failure failures fatal fault field file final find first flood
    for forbidden format forward forwarding found free from full function gateway get give given gone
    greeting greylist greylisted greylisting group had handed handshake has have header headers helo
    here high hops host hosts hour hourly hours http https id identity if ignored illegal imap in
    inactive inbound incoming incomplete incorrect index insecure inside insufficient integer interface
    internal interrupted into invalid ip ipv4 ipv6 is isn't issue it its job json just key keyerror
    known large last later latin lease length less letters level limit limited limits line lines list
    listed listener load local locked log login long lookup loop low mail mailbox mailboxes maildir
    mails malformed malware many match matches maximum media memory message messages method minute
    minutes mismatch missing mistyped mode moment month more moved must mx name named names needs
    network never new next no non none not nothing notice null number object of off offline often on one
    only open operation option or order organisation organization other our out outside over overloaded
    overquota package parameter parameters parse part password path pattern paused payload peer pending
    per permanent permanently permission permissions permitted phishing phone pipe please policy poor
    port postmaster precondition preferred present presented problem process processing prohibited
    protocol provider proxy ptr queue queued quit quota quotas range rate rcpt reach reachable reached
    read ready reason receive received recently recipient recipients record refuse refused reject
    rejected rejecting relay relaying remote repeat reply request requested requests require required
    requires reset resolve resolved resource resources respond response result retry return returned
    reverse root route running said same scanner schedule score second seconds secret secure security
    see seems send sender senders sending sent server servers service session set setting several shut
    shutdown signature since site size slow smtp so soft some something space spam spamhaus spf ssl
    stale started starttls state status still stop stopped storage stored stream string submission
    submitted subscriber success such supplied support supported suspended suspicious syntax system
    table tables taken telephone temporarily temporary terminated text than that the their them then
    there they this throttled throttling time timed timeout timeouts tls to token too total traffic
    transaction transfer transient transport tried trusted try trying type unable unauthenticated
    unauthorized unavailable undeliverable under unexpected unicode unknown unprocessable unreachable
    unrecognized unresolvable unrouteable unsupported until up upgrade upstream url usage use used user
    users valid value values vanished verdict verification verified verify version via virtual virus
    volume wait waiting was way webhook when where which while whitelist whole window with within
    without worker working write written wrong yet you your zone
    """.split()  # noqa: SIM905 - a list of four hundred quoted words would be read by nobody
)
