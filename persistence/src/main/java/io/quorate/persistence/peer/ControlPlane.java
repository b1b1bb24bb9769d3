package io.quorate.persistence.peer;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import io.quorate.persistence.journal.Offset;
import io.quorate.persistence.journal.Slices;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/**
 * The control plane as another service's actors see it: what they may ask of it, and what it answers. {@link #KEY} finds it in the
 * receptionist of an application's own actor system, once {@link ControlPlaneExtension} has started, and in that of a node.
 *
 * <p>Every message is a record that never changes, with an explicit name and a CBOR form: it may cross the application's own remoting.
 * Constructors refuse what is out of bounds with an {@link IllegalArgumentException}. Byte arrays are not copied.
 */
public final class ControlPlane {
    /** Under this the control plane is found. */
    public static final ServiceKey<Request> KEY = ServiceKey.create(Request.class, "quorate.control-plane");

    /** A value that stays as it is. */
    public static final int KEEP = -1;

    /** Any revision will do. */
    public static final long ANY = -1;

    /** The key must not be there. */
    public static final long ABSENT = 0;

    /** UTF-8 bytes of a key; 1 or more. */
    public static final int MAX_KEY_BYTES = 512;

    public static final int MAX_VALUE_BYTES = 256 * 1024;

    /** Events of one command. */
    public static final int MAX_EVENTS = 100;

    /** Payloads of one command's events together. */
    public static final int MAX_EVENTS_BYTES = 512 * 1024;

    /** Events that a subscriber may have asked for and not got yet; more are forgotten. */
    public static final int MAX_DEMAND = 1_000_000;

    private static final Pattern ID = Pattern.compile("[a-zA-Z0-9._:-]{1,64}");
    private static final Pattern STREAM = Pattern.compile("[a-zA-Z0-9._:-]{1,200}");
    private static final int MAX_NAME = 170; // no char takes more than three bytes, a name at most 512

    private ControlPlane() {}

    /** Every message of this protocol. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @Type(GetStatus.class),
        @Type(Subscribe.class),
        @Type(SendCommand.class),
        @Type(ClusterStatus.class),
        @Type(StatusUnavailable.class),
        @Type(Demand.class),
        @Type(Unsubscribe.class),
        @Type(Subscribed.class),
        @Type(EventDelivered.class),
        @Type(SubscriptionEnded.class),
        @Type(Done.class),
        @Type(Value.class),
        @Type(Missing.class),
        @Type(Mismatch.class),
        @Type(Refused.class),
        @Type(OutcomeUnknown.class)
    })
    public sealed interface Message {}

    /** What may be asked of the control plane. */
    public sealed interface Request extends Message {}

    /** Asks how the cluster is; a {@link ClusterStatus}, or why there is none, comes back. */
    @JsonTypeName("peer.get-status.v1")
    public record GetStatus(ActorRef<StatusReply> replyTo) implements Request {}

    /**
     * Asks for the events after an offset, in the journal's order, without a gap and each once, whichever nodes die meanwhile. The
     * subscriber gets {@link Subscribed}, and then as many events as it asks for with {@link Demand}, as soon as they are there. It ends
     * when the subscriber does, by {@link Unsubscribe}, or with {@link SubscriptionEnded}.
     *
     * @param after of the last event that the subscriber has dealt with; {@link Offset#ZERO} for everything
     */
    @JsonTypeName("peer.subscribe.v1")
    public record Subscribe(Offset after, Filter filter, ActorRef<Delivery> subscriber) implements Request {}

    /**
     * Asks for a change, or for a value. It is recorded who asked: the name in the service's certificate.
     *
     * @param id 1 to 64 letters, digits and {@code . _ : -}, of the sender's choice: a write that is sent again under the same id is done
     *     once, as long as it is among the last 65,536 of the cluster; a command about nodes says what shall be, and may be repeated
     */
    @JsonTypeName("peer.send-command.v1")
    public record SendCommand(String id, Command command, ActorRef<CommandReply> replyTo) implements Request {
        public SendCommand {
            if (!ID.matcher(id).matches()) {
                throw new IllegalArgumentException(
                        "a command's id wants 1 to 64 letters, digits, '.', '_', ':' and '-', is '" + id + "'");
            }
        }
    }

    /** Which events a subscriber wants. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({@Type(AllEvents.class), @Type(Tagged.class), @Type(OfEntity.class), @Type(InSlices.class)})
    public sealed interface Filter {}

    /** Every event of the cluster: the key-value store's, membership's, and those of applications. */
    @JsonTypeName("all")
    public record AllEvents() implements Filter {}

    @JsonTypeName("tagged")
    public record Tagged(String tag) implements Filter {}

    /** Events of one entity, by its persistence id: {@code kv}, {@code membership}, {@code stream|NAME}, or an application's. */
    @JsonTypeName("of-entity")
    public record OfEntity(String persistenceId) implements Filter {}

    /** Events of entities within a range of {@link Slices}, both bounds inclusive; entity type "" for all. */
    @JsonTypeName("in-slices")
    public record InSlices(String entityType, int min, int max) implements Filter {
        public InSlices {
            if (min < 0 || max >= Slices.COUNT || min > max) {
                throw new IllegalArgumentException(
                        "slices go from 0 to " + (Slices.COUNT - 1) + ", these from " + min + " to " + max);
            }
        }
    }

    /** What may be done. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @Type(GetKey.class),
        @Type(PutKey.class),
        @Type(DeleteKey.class),
        @Type(AppendEvents.class),
        @Type(RemoveNode.class),
        @Type(ConfigureNode.class),
        @Type(SetPolicy.class)
    })
    public sealed interface Command {}

    /** A strong read. Answers: {@link Value}, {@link Missing}. */
    @JsonTypeName("get-key")
    public record GetKey(String key) implements Command {
        public GetKey {
            checkKey(key);
        }
    }

    /**
     * Writes a key. Answers: {@link Done} with its revision, {@link Mismatch}.
     *
     * @param expected revision that the key must have, {@link #ANY} or {@link #ABSENT}
     */
    @JsonTypeName("put-key")
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record PutKey(String key, byte[] value, long expected) implements Command {
        public PutKey {
            checkKey(key);
            if (value.length > MAX_VALUE_BYTES) {
                throw new IllegalArgumentException(
                        "a value has at most " + MAX_VALUE_BYTES + " bytes, this one has " + value.length);
            }
        }
    }

    /** Removes a key. Answers: {@link Done}, {@link Mismatch}, {@link Missing}. */
    @JsonTypeName("delete-key")
    public record DeleteKey(String key, long expected) implements Command {
        public DeleteKey {
            checkKey(key);
        }
    }

    /**
     * Appends events to a stream: an entity of the journal whose persistence id is {@code stream|NAME}. Answers: {@link Done} with the
     * number of the last event, {@link Mismatch} with the number of the stream's last event where that is another one than expected:
     * of two that write the same stream, one is told.
     *
     * @param stream its name: 1 to 200 letters, digits and {@code . _ : -}
     * @param expected number of the stream's last event; 0 where it has none yet
     * @param events 1 to {@link #MAX_EVENTS}, stored together or not at all
     */
    @JsonTypeName("append-events")
    public record AppendEvents(String stream, long expected, List<NewEvent> events) implements Command {
        public AppendEvents {
            events = List.copyOf(events);
            if (!STREAM.matcher(stream).matches()) {
                throw new IllegalArgumentException(
                        "a stream's name wants 1 to 200 letters, digits, '.', '_', ':' and '-', is '" + stream + "'");
            }
            if (expected < 0) {
                throw new IllegalArgumentException(
                        "the number of a stream's last event is 0 (none) or more, is " + expected);
            }
            long bytes =
                    events.stream().mapToLong(event -> event.payload().length).sum();
            if (events.isEmpty() || events.size() > MAX_EVENTS || bytes > MAX_EVENTS_BYTES) {
                throw new IllegalArgumentException("an append wants 1 to " + MAX_EVENTS + " events of at most "
                        + MAX_EVENTS_BYTES + " bytes together, has " + events.size() + " of " + bytes);
            }
        }

        /** Persistence id of its events. */
        public String persistenceId() {
            return "stream|" + stream;
        }
    }

    /**
     * An event that is to be appended.
     *
     * @param name of its form, as {@code order-placed.v1}; up to 170 letters
     * @param tags up to 10, under which subscribers find it; up to 170 letters each
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record NewEvent(String name, byte[] payload, List<String> tags) {
        public NewEvent {
            tags = List.copyOf(tags);
            if (name.isEmpty() || name.length() > MAX_NAME) {
                throw new IllegalArgumentException(
                        "an event's name has 1 to " + MAX_NAME + " letters, this one has " + name.length());
            }
            if (tags.size() > 10 || tags.stream().anyMatch(tag -> tag.isEmpty() || tag.length() > MAX_NAME)) {
                throw new IllegalArgumentException(
                        "an event has at most 10 tags of 1 to " + MAX_NAME + " letters, this one has " + tags);
            }
        }
    }

    /**
     * Removes a node, as {@code quorate remove-node}; wants a service with the role of an admin, as the two below. Answers: {@link Done}
     * when it has begun, {@link Refused} with the reason why not.
     *
     * @param force the node is dead and never comes back
     */
    @JsonTypeName("remove-node")
    public record RemoveNode(String node, boolean force) implements Command {}

    /**
     * Answers: {@link Done}, {@link Refused}.
     *
     * @param failureDomain what fails together with the node: 0 to 1,000,000, or {@link #KEEP}
     * @param weight lighter nodes get a role first: likewise
     */
    @JsonTypeName("configure-node")
    public record ConfigureNode(String node, int failureDomain, int weight) implements Command {}

    /**
     * The policy of roles. Answers: {@link Done}, {@link Refused}.
     *
     * @param voters wanted; or {@link #KEEP}, as for the others
     * @param promoteAfterMillis after which silence a voter is replaced
     */
    @JsonTypeName("set-policy")
    public record SetPolicy(int voters, int standbys, long promoteAfterMillis) implements Command {}

    private static void checkKey(String key) {
        int bytes = key.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > MAX_KEY_BYTES) {
            throw new IllegalArgumentException(
                    "a key has 1 to " + MAX_KEY_BYTES + " bytes of UTF-8, this one has " + bytes);
        }
    }

    /** Answers to {@link GetStatus}. */
    public sealed interface StatusReply extends Message {}

    /**
     * The cluster at one moment.
     *
     * @param answeredBy name of the node that answered
     * @param cluster its identity
     * @param leader name of the leader; empty while there is none
     * @param highAvailability whether any one node may be lost
     * @param survives how many more voters may fail; negative where too many have already
     * @param committed index up to which the leader has committed; -1 without a leader: then the rest is what the node knew last
     * @param nodes by name
     */
    @JsonTypeName("peer.cluster-status.v1")
    public record ClusterStatus(
            String answeredBy,
            String cluster,
            String leader,
            boolean highAvailability,
            int survives,
            long committed,
            List<Node> nodes)
            implements StatusReply {
        public ClusterStatus {
            nodes = List.copyOf(nodes);
        }
    }

    /**
     * One node.
     *
     * @param address {@code host:port} of the cluster port
     * @param apiAddress {@code host:port} of the API
     * @param role {@code voter}, {@code standby} or {@code spare}
     * @param online whether it counts as there
     * @param lag entries behind the leader; -1 where it is not known, or it holds none
     */
    public record Node(
            String name,
            String address,
            String apiAddress,
            String role,
            boolean online,
            long lag,
            int failureDomain,
            int weight) {}

    /**
     * No node told how the cluster is.
     *
     * @param kind short name, stable: {@code no-leader}, {@code unauthenticated}, {@code overloaded}, …
     * @param message one line for a person, with the next step
     */
    @JsonTypeName("peer.status-unavailable.v1")
    public record StatusUnavailable(String kind, String message) implements StatusReply {}

    /** What a subscriber tells its subscription. */
    public sealed interface SubscriptionRequest extends Message {}

    /** The subscriber can take so many events more than it has asked for; no event comes without. */
    @JsonTypeName("peer.demand.v1")
    public record Demand(int events) implements SubscriptionRequest {
        public Demand {
            if (events < 1) {
                throw new IllegalArgumentException("a demand is for 1 event or more, this one for " + events);
            }
        }
    }

    /** The subscriber wants nothing more; what is on its way already still comes. */
    @JsonTypeName("peer.unsubscribe.v1")
    public record Unsubscribe() implements SubscriptionRequest {}

    /** What a subscriber gets. */
    public sealed interface Delivery extends Message {}

    /** The subscription stands. */
    @JsonTypeName("peer.subscribed.v1")
    public record Subscribed(ActorRef<SubscriptionRequest> subscription) implements Delivery {}

    /** One event, the next one. */
    @JsonTypeName("peer.event-delivered.v1")
    public record EventDelivered(Event event) implements Delivery {}

    /**
     * No more events come, and not because the subscriber asked for that.
     *
     * @param kind short name, stable: {@code overloaded}, {@code invalid}, {@code unavailable}
     * @param message one line for a person, with the next step
     */
    @JsonTypeName("peer.subscription-ended.v1")
    public record SubscriptionEnded(String kind, String message) implements Delivery {}

    /**
     * An event as it stands in the journal.
     *
     * @param offset its place; where to go on from after it was dealt with
     * @param persistenceId its entity's, and {@code sequenceNr} its number there
     * @param timestampMillis wall clock of who wrote it, since 1970; informative only
     * @param by who asked for what it tells, as {@code service billing}; empty where it is not known
     * @param commandId the id under which they asked; empty where it had none
     * @param name of its form, as {@code kv.put.v1}; for events of a Pekko application the manifest
     * @param serializerId of Pekko, for events of a Pekko application; else 0
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Event(
            Offset offset,
            String persistenceId,
            long sequenceNr,
            long timestampMillis,
            String by,
            String commandId,
            String name,
            int serializerId,
            byte[] payload,
            List<String> tags) {
        public Event {
            tags = List.copyOf(tags);
        }
    }

    /** Answers to {@link SendCommand}. */
    public sealed interface CommandReply extends Message {
        /** Of the command. */
        String id();
    }

    /**
     * It is done, and on disk on a majority.
     *
     * @param revision of the key, or number of the stream's last event; 0 for others
     */
    @JsonTypeName("peer.done.v1")
    public record Done(String id, long revision) implements CommandReply {}

    @JsonTypeName("peer.value.v1")
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Value(String id, long revision, byte[] value) implements CommandReply {}

    /** The key is not there. */
    @JsonTypeName("peer.missing.v1")
    public record Missing(String id) implements CommandReply {}

    /**
     * Nothing was changed: another revision was expected.
     *
     * @param revision that there is; 0 where the key is not there, or the stream is empty
     */
    @JsonTypeName("peer.mismatch.v1")
    public record Mismatch(String id, long revision) implements CommandReply {}

    /**
     * Certainly nothing was changed.
     *
     * @param kind short name, stable: {@code forbidden}, {@code unauthenticated}, {@code overloaded}, {@code no-leader}, {@code invalid}, …
     * @param message one line for a person, with the next step
     */
    @JsonTypeName("peer.refused.v1")
    public record Refused(String id, String kind, String message) implements CommandReply {}

    /** It may or may not be done: the answer was lost. Sent again under the same id it is done once. */
    @JsonTypeName("peer.outcome-unknown.v1")
    public record OutcomeUnknown(String id, String message) implements CommandReply {}
}
