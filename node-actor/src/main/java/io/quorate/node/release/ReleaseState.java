package io.quorate.node.release;

import io.quorate.node.contract.ReleaseOrder;
import io.quorate.node.contract.ReleaseReport;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is remembered of releases in {@code versions/state.yaml}.
 *
 * @param order the newest; its id is empty where there was none
 * @param state what came of it, a word of {@link ReleaseReport}
 * @param detail for people
 * @param previous version that a revert goes to, if the order succeeds; empty if none
 * @param before the one that a revert went to until the order came; a fall-back returns to it
 * @param channel that this node follows; empty: the one of the settings
 * @param clusterLevel feature level of the cluster, as last heard; 1 or more
 * @param serials latest of each source's channels
 */
public record ReleaseState(
        ReleaseOrder order,
        String state,
        String detail,
        String previous,
        String before,
        String channel,
        int clusterLevel,
        Map<String, String> serials) {
    static final ReleaseOrder NO_ORDER = new ReleaseOrder("", "", "", "", false);

    static final ReleaseState NONE = new ReleaseState(NO_ORDER, ReleaseReport.IDLE, "", "", "", "", 1, Map.of());

    public ReleaseState {
        serials = Map.copyOf(serials);
    }

    ReleaseState begun(ReleaseOrder next) {
        ReleaseOrder exact =
                next.revert() && next.version().isEmpty() ? new ReleaseOrder(next.id(), "", previous, "", true) : next;
        return new ReleaseState(exact, ReleaseReport.FETCHING, "", previous, previous, channel, clusterLevel, serials);
    }

    ReleaseState with(String nextState, String nextDetail) {
        return new ReleaseState(order, nextState, nextDetail, previous, before, channel, clusterLevel, serials);
    }

    /** About to restart: from then on a revert goes to what ran. */
    ReleaseState restarting(String ran) {
        return new ReleaseState(order, ReleaseReport.RESTARTING, "", ran, before, channel, clusterLevel, serials);
    }

    /** Back on what ran before. */
    ReleaseState undone(String nextState, String reason) {
        return new ReleaseState(order, nextState, reason, before, before, channel, clusterLevel, serials);
    }

    ReleaseState following(String nextChannel) {
        return new ReleaseState(order, state, detail, previous, before, nextChannel, clusterLevel, serials);
    }

    ReleaseState at(int level) {
        return new ReleaseState(order, state, detail, previous, before, channel, level, serials);
    }

    long seen(String source) {
        try {
            return Long.parseLong(serials.getOrDefault(source, "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    ReleaseState saw(String source, long serial) {
        Map<String, String> next = new LinkedHashMap<>(serials);
        next.put(source, Long.toString(serial));
        return new ReleaseState(order, state, detail, previous, before, channel, clusterLevel, next);
    }

    byte[] bytes() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("order", order.id());
        map.put("version", order.version());
        map.put("source", order.source());
        map.put("sha256", order.sha256());
        map.put("revert", order.revert());
        map.put("state", state);
        map.put("detail", detail);
        map.put("previous", previous);
        map.put("before", before);
        map.put("channel", channel);
        map.put("cluster-level", clusterLevel);
        map.put("serials", serials);
        return Yaml.bytes(map);
    }

    /** @throws IllegalArgumentException when the bytes are none */
    static ReleaseState read(byte[] bytes) {
        Yaml.Fields fields = Yaml.read(bytes);
        return new ReleaseState(
                new ReleaseOrder(
                        fields.text("order", ""),
                        fields.text("source", ""),
                        fields.text("version", ""),
                        fields.text("sha256", ""),
                        fields.text("revert", "false").equals("true")),
                fields.text("state", ReleaseReport.IDLE),
                fields.text("detail", ""),
                fields.text("previous", ""),
                fields.text("before", ""),
                fields.text("channel", ""),
                (int) fields.number("cluster-level", 1, 1_000_000, 1),
                fields.texts("serials"));
    }
}
