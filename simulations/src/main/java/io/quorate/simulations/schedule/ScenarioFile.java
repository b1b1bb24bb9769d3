package io.quorate.simulations.schedule;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A script as a YAML file, which docs/proof.md describes. Written in such a way that it says all that determines a run, read with
 * usual values for what it leaves out:
 *
 * <pre>
 * seed: 7
 * nodes: 3
 * outside: 1
 * seconds: 20
 * clients: 3
 * think-time: 25ms
 * acts:
 * - {at: 3.2s, crash: n2, for: 1.5s}
 * - {at: 4s, partition: [[n1], [n2, n3]], for: 800ms}
 * </pre>
 */
public final class ScenarioFile {
    private static final ObjectMapper YAML =
            new ObjectMapper(new YAMLFactory()).enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private static final Set<String> HEAD = new LinkedHashSet<>(
            List.of("seed", "nodes", "outside", "seconds", "clients", "think-time", "roles", "acts"));
    private static final Set<String> TIMES = Set.of("at", "for");
    private static final List<String> WORDS = List.of(
            "crash",
            "power-loss",
            "partition",
            "one-way",
            "isolate",
            "flaky",
            "disk",
            "transfer",
            "membership",
            "set-back",
            "join",
            "leave",
            "remove",
            "lose-majority");
    private static final Set<String> AT_ONCE = Set.of("transfer", "membership", "join", "leave");

    private static final int MAX_CLIENTS = 1_000;
    private static final int MAX_SECONDS = 1_000_000;
    private static final int DEFAULT_SECONDS = 60;
    private static final int DEFAULT_CLIENTS = 3;
    private static final Duration DEFAULT_THINK_TIME = Duration.ofMillis(25);

    private ScenarioFile() {}

    // ---- writing

    /** The whole file; {@code comment} stands above it, line by line. */
    public static String write(Script script, String comment) {
        StringBuilder out = new StringBuilder();
        comment.lines().forEach(line -> out.append("# ").append(line).append('\n'));
        out.append("seed: ").append(script.seed()).append('\n');
        out.append("nodes: ").append(script.nodes()).append('\n');
        out.append("outside: ").append(script.outside()).append('\n');
        out.append("seconds: ").append(seconds(script.duration())).append('\n');
        out.append("clients: ").append(script.clients()).append('\n');
        out.append("think-time: ").append(time(script.thinkTime())).append('\n');
        script.roles()
                .ifPresent(roles -> out.append("roles: {voters: ")
                        .append(roles.voters())
                        .append(", standbys: ")
                        .append(roles.standbys())
                        .append(", domains: ")
                        .append(roles.domains())
                        .append("}\n"));
        out.append(script.acts().isEmpty() ? "acts: []\n" : "acts:\n");
        script.acts().forEach(act -> out.append("- ").append(line(act)).append('\n'));
        return out.toString();
    }

    /** One act, as it stands in a file. */
    static String line(Act act) {
        String what = act.what().word() + ": " + parameters(act.what());
        boolean over = AT_ONCE.contains(act.what().word()) || act.what() instanceof Disturbance.PowerLoss;
        return "{at: " + time(act.at()) + ", " + what + (over ? "" : ", for: " + time(act.lasts())) + "}";
    }

    static String parameters(Disturbance what) {
        return switch (what) {
            case Disturbance.Crash(String node) -> node;
            case Disturbance.PowerLoss(Map<String, Duration> downFor) ->
                downFor.entrySet().stream()
                        .map(each -> each.getKey() + ": " + time(each.getValue()))
                        .collect(Collectors.joining(", ", "{", "}"));
            case Disturbance.Partition(List<List<String>> sides) -> sides.toString();
            case Disturbance.OneWay(String from, String to) -> "{from: " + from + ", to: " + to + "}";
            case Disturbance.Isolate(String node) -> node;
            case Disturbance.Flaky() -> Disturbance.ALL;
            case Disturbance.Disk(String node, Disturbance.Store store, Disturbance.Damage damage) ->
                "{node: " + node + ", store: " + store.name().toLowerCase(Locale.ROOT) + ", fault: " + damage + "}";
            case Disturbance.Transfer(String heir) -> heir;
            case Disturbance.Membership(String node) -> node;
            case Disturbance.SetBack(String node) -> node;
            case Disturbance.Join(String node) -> node;
            case Disturbance.Leave(String node) -> node;
            case Disturbance.Remove(String node) -> node;
            case Disturbance.LoseMajority(String survivor) -> "{survivor: " + survivor + "}";
        };
    }

    private static String time(Duration time) {
        return seconds(time) + "s";
    }

    private static String seconds(Duration time) {
        return BigDecimal.valueOf(time.getSeconds())
                .add(BigDecimal.valueOf(time.getNano(), 9))
                .stripTrailingZeros()
                .toPlainString();
    }

    // ---- reading

    /**
     * Reads a file.
     *
     * @throws BadScenario with what is wrong first
     */
    public static Script read(String text) {
        JsonNode root = tree(text);
        if (!root.isObject()) {
            throw new BadScenario("a scenario is a map with " + String.join(", ", HEAD));
        }
        refuseUnknown("the scenario", root, HEAD);
        Optional<Roles> roles = roles(root.path("roles"));
        int most = roles.isPresent() ? Script.MAX_CLUSTER_NODES : Script.MAX_NODES;
        int nodes = (int) number(root, "nodes", 1, most, -1);
        int outside = (int) number(root, "outside", 0, most, 0);
        JsonNode seconds = root.path("seconds");
        if (!seconds.isMissingNode()
                && (!seconds.isNumber() || seconds.asDouble() < 0 || seconds.asDouble() > MAX_SECONDS)) {
            throw new BadScenario("'seconds' wants a number, is '" + shown(seconds) + "'");
        }
        BigDecimal duration = seconds.isMissingNode() ? BigDecimal.valueOf(DEFAULT_SECONDS) : seconds.decimalValue();
        Script empty = new Script(
                number(root, "seed", Long.MIN_VALUE, Long.MAX_VALUE, 1),
                nodes,
                outside,
                Duration.ofNanos(duration.movePointRight(9).longValue()),
                (int) number(root, "clients", 1, MAX_CLIENTS, DEFAULT_CLIENTS),
                root.has("think-time") ? time("the scenario", root, "think-time") : DEFAULT_THINK_TIME,
                List.of(),
                roles);
        JsonNode list = root.path("acts");
        if (!list.isArray() && !list.isMissingNode() && !list.isNull()) {
            throw new BadScenario("'acts' wants a list, is '" + shown(list) + "'");
        }
        List<Act> acts = new ArrayList<>();
        for (JsonNode each : list) {
            acts.add(act("act " + (acts.size() + 1), each, empty.names()));
        }
        try {
            return empty.with(acts);
        } catch (IllegalArgumentException e) {
            throw new BadScenario(String.valueOf(e.getMessage()), e);
        }
    }

    private static Optional<Roles> roles(JsonNode roles) {
        if (roles.isMissingNode()) {
            return Optional.empty();
        }
        refuseUnknown("'roles'", roles, List.of("voters", "standbys", "domains"));
        try {
            return Optional.of(
                    new Roles((int) number(roles, "voters", 1, 7, 3), (int) number(roles, "standbys", 0, 50, 3), (int)
                            number(roles, "domains", 1, Script.MAX_CLUSTER_NODES, 1)));
        } catch (IllegalArgumentException e) {
            throw new BadScenario(String.valueOf(e.getMessage()), e);
        }
    }

    static JsonNode tree(String text) {
        try {
            return YAML.readTree(text);
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            String where = at == null ? "" : " at line " + at.getLineNr();
            String why =
                    String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
            throw new BadScenario("it is no YAML" + where + ": " + why, e);
        }
    }

    static Act act(String where, JsonNode act, List<String> names) {
        if (!act.isObject()) {
            throw new BadScenario(
                    where + " wants a map like {at: 3.2s, crash: n2, for: 1.5s}, is '" + shown(act) + "'");
        }
        refuseUnknown(
                where,
                act,
                Stream.concat(TIMES.stream().sorted(), WORDS.stream()).toList());
        List<String> does = WORDS.stream().filter(act::has).toList();
        if (does.size() != 1) {
            throw new BadScenario(where + " wants one of " + String.join(", ", WORDS) + ", and has "
                    + (does.isEmpty() ? "none" : String.join(" and ", does)));
        }
        String word = does.getFirst();
        Duration at = time(where, act, "at");
        if (AT_ONCE.contains(word) && act.has("for")) {
            throw new BadScenario(where + ": '" + word + "' is over at once and takes no 'for'");
        }
        JsonNode what = act.get(word);
        if (word.equals("power-loss") && what.isObject()) {
            if (act.has("for")) {
                throw new BadScenario(where + ": 'power-loss' with a time for each node takes no 'for'");
            }
            return new Act(at, powerLoss(where, what, names), Duration.ZERO);
        }
        Duration lasts = AT_ONCE.contains(word) ? Duration.ZERO : time(where, act, "for");
        if (word.equals("power-loss")) {
            List<String> dark = what.isTextual() && what.asText().equals(Disturbance.ALL)
                    ? names
                    : nodes(where + ": 'power-loss'", what, names);
            return new Act(
                    at,
                    new Disturbance.PowerLoss(dark.stream().collect(Collectors.toMap(name -> name, name -> lasts))),
                    Duration.ZERO);
        }
        return new Act(at, disturbance(where + ": '" + word + "'", word, what, names), lasts);
    }

    private static Disturbance disturbance(String where, String word, JsonNode what, List<String> names) {
        return switch (word) {
            case "crash" -> new Disturbance.Crash(node(where, what, names, Disturbance.LEADER));
            case "isolate" -> new Disturbance.Isolate(node(where, what, names, Disturbance.LEADER));
            case "transfer" -> new Disturbance.Transfer(node(where, what, names));
            case "membership" -> new Disturbance.Membership(node(where, what, names));
            case "set-back" -> new Disturbance.SetBack(node(where, what, names));
            case "join" -> new Disturbance.Join(node(where, what, names));
            case "leave" -> new Disturbance.Leave(node(where, what, names));
            case "remove" -> new Disturbance.Remove(node(where, what, names));
            case "lose-majority" -> {
                refuseUnknown(where, what, List.of("survivor"));
                yield new Disturbance.LoseMajority(node(where + " survivor", what.path("survivor"), names));
            }
            case "flaky" -> {
                if (!what.asText().equals(Disturbance.ALL)) {
                    throw new BadScenario(where + " wants 'all', is '" + shown(what) + "'");
                }
                yield new Disturbance.Flaky();
            }
            case "partition" -> partition(where, what, names);
            case "one-way" -> {
                refuseUnknown(where, what, List.of("from", "to"));
                yield new Disturbance.OneWay(
                        node(where + " from", what.path("from"), names), node(where + " to", what.path("to"), names));
            }
            default -> {
                refuseUnknown(where, what, List.of("node", "store", "fault"));
                yield new Disturbance.Disk(
                        node(where + " node", what.path("node"), names, Disturbance.ALL),
                        constant(where + " store", what.path("store"), Disturbance.Store.values()),
                        constant(where + " fault", what.path("fault"), Disturbance.Damage.values()));
            }
        };
    }

    private static Disturbance powerLoss(String where, JsonNode what, List<String> names) {
        Map<String, Duration> downFor = new TreeMap<>();
        for (Map.Entry<String, JsonNode> each : what.properties()) {
            if (!names.contains(each.getKey())) {
                throw new BadScenario(
                        where + ": 'power-loss' wants nodes of " + names + ", has '" + each.getKey() + "'");
            }
            downFor.put(each.getKey(), time(where + ": 'power-loss'", what, each.getKey()));
        }
        return new Disturbance.PowerLoss(downFor);
    }

    private static Disturbance partition(String where, JsonNode what, List<String> names) {
        List<List<String>> sides = new ArrayList<>();
        Set<String> seen = new LinkedHashSet<>();
        if (what.isArray()) {
            for (JsonNode side : what) {
                sides.add(nodes(where, side, names));
            }
        }
        if (sides.size() < 2) {
            throw new BadScenario(where + " wants two sides or more, like [[n1], [n2, n3]], is '" + shown(what) + "'");
        }
        for (String name : sides.stream().flatMap(List::stream).toList()) {
            if (!seen.add(name)) {
                throw new BadScenario(where + " has " + name + " twice");
            }
        }
        return new Disturbance.Partition(sides);
    }

    private static List<String> nodes(String where, JsonNode list, List<String> names) {
        if (!list.isArray()) {
            throw new BadScenario(where + " wants a list of nodes like [n1, n2], is '" + shown(list) + "'");
        }
        List<String> nodes = new ArrayList<>();
        for (JsonNode each : list) {
            nodes.add(node(where, each, names));
        }
        return nodes;
    }

    private static String node(String where, JsonNode node, List<String> names, String... alsoAllowed) {
        String name = node.asText("");
        if (!names.contains(name) && !List.of(alsoAllowed).contains(name)) {
            throw new BadScenario(where + " wants a node of " + names
                    + (alsoAllowed.length == 0 ? "" : " or '" + alsoAllowed[0] + "'") + ", is '" + shown(node) + "'");
        }
        return name;
    }

    private static <E extends Enum<E>> E constant(String where, JsonNode node, E[] values) {
        for (E value : values) {
            if (value.name().equalsIgnoreCase(node.asText())) {
                return value;
            }
        }
        throw new BadScenario(where + " wants one of " + List.of(values) + ", is '" + shown(node) + "'");
    }

    static Duration time(String where, JsonNode map, String field) {
        JsonNode value = map.path(field);
        return Times.read(value.asText(""))
                .orElseThrow(() -> new BadScenario(where + ": '" + field + "' wants a time like 1.5s or 200ms, "
                        + (value.isMissingNode() ? "and is not there" : "is '" + shown(value) + "'")));
    }

    /** @param missing taken where there is none; -1 where there has to be one */
    static long number(JsonNode map, String field, long least, long most, long missing) {
        JsonNode value = map.path(field);
        if (value.isMissingNode() && missing != -1) {
            return missing;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.asLong() < least || value.asLong() > most) {
            throw new BadScenario("'" + field + "' wants a whole number"
                    + (most == Long.MAX_VALUE ? "" : " from " + least + " to " + most)
                    + (value.isMissingNode() ? ", and is not there" : ", is '" + shown(value) + "'"));
        }
        return value.asLong();
    }

    static void refuseUnknown(String where, JsonNode map, Iterable<String> known) {
        List<String> allowed = new ArrayList<>();
        known.forEach(allowed::add);
        if (!map.isObject()) {
            throw new BadScenario(
                    where + " wants a map with " + String.join(", ", allowed) + ", is '" + shown(map) + "'");
        }
        for (Map.Entry<String, JsonNode> each : map.properties()) {
            if (!allowed.contains(each.getKey())) {
                throw new BadScenario(where + " knows no '" + each.getKey() + "', only " + String.join(", ", allowed));
            }
        }
    }

    static String shown(JsonNode node) {
        return node.isValueNode() ? node.asText() : node.toString();
    }
}
