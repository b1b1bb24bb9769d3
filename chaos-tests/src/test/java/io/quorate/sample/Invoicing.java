package io.quorate.sample;

import io.quorate.persistence.journal.Offset;
import io.quorate.persistence.peer.ControlPlane;
import io.quorate.persistence.peer.ControlPlaneExtension;
import java.nio.charset.StandardCharsets;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.receptionist.Receptionist;

/**
 * Writes an invoice for every order that is placed, once, wherever it was when it or a node died. Shown in
 * docs/how-to/write-a-peer-service.md.
 */
public final class Invoicing extends AbstractBehavior<Object> {
    private static final String PROGRESS = "invoicing/progress";

    private final ActorRef<ControlPlane.CommandReply> replies =
            getContext().messageAdapter(ControlPlane.CommandReply.class, reply -> reply);
    private ActorRef<ControlPlane.Request> quorate;
    private ActorRef<ControlPlane.SubscriptionRequest> orders;
    private ControlPlane.SendCommand sent;
    private Offset at = Offset.ZERO;

    private Invoicing(ActorContext<Object> context) {
        super(context);
        ControlPlaneExtension.get(context.getSystem()); // puts the control plane under its key
        context.getSystem()
                .receptionist()
                .tell(Receptionist.subscribe(
                        ControlPlane.KEY, context.messageAdapter(Receptionist.Listing.class, listing -> listing)));
    }

    public static Behavior<Object> create() {
        return Behaviors.setup(Invoicing::new);
    }

    @Override
    public Receive<Object> createReceive() {
        return newReceiveBuilder()
                .onMessage(Receptionist.Listing.class, this::found)
                .onMessage(ControlPlane.Value.class, progress -> subscribe(Offset.parse(text(progress.value()))))
                .onMessage(ControlPlane.Missing.class, nothing -> subscribe(Offset.ZERO))
                .onMessage(ControlPlane.Subscribed.class, stands -> {
                    orders = stands.subscription();
                    return next();
                })
                .onMessage(ControlPlane.EventDelivered.class, delivered -> invoice(delivered.event()))
                .onMessage(ControlPlane.Done.class, done -> done.id().startsWith("progress-") ? next() : progress())
                .onMessage(ControlPlane.OutcomeUnknown.class, unknown -> send(sent)) // under its id it is done once
                .onMessage(ControlPlane.Refused.class, refused -> {
                    getContext().getLog().warn("{}", refused.message());
                    return refused.kind().equals("no-leader") ? send(sent) : Behaviors.stopped();
                })
                .build();
    }

    private Behavior<Object> found(Receptionist.Listing listing) {
        for (ActorRef<ControlPlane.Request> one : listing.getServiceInstances(ControlPlane.KEY)) {
            quorate = one;
            return send(new ControlPlane.SendCommand("begin", new ControlPlane.GetKey(PROGRESS), replies));
        }
        return this;
    }

    private Behavior<Object> subscribe(Offset after) {
        quorate.tell(new ControlPlane.Subscribe(
                after,
                new ControlPlane.Tagged("orders"),
                getContext().messageAdapter(ControlPlane.Delivery.class, delivery -> delivery)));
        return this;
    }

    /** One at a time; a service that keeps up better asks for more. */
    private Behavior<Object> next() {
        orders.tell(new ControlPlane.Demand(1));
        return this;
    }

    private Behavior<Object> invoice(ControlPlane.Event order) {
        at = order.offset();
        return send(new ControlPlane.SendCommand(
                "invoice-" + at,
                new ControlPlane.PutKey("invoices/" + text(order.payload()), order.payload(), ControlPlane.ANY),
                replies));
    }

    private Behavior<Object> progress() {
        byte[] reached = at.toString().getBytes(StandardCharsets.UTF_8);
        return send(new ControlPlane.SendCommand(
                "progress-" + at, new ControlPlane.PutKey(PROGRESS, reached, ControlPlane.ANY), replies));
    }

    private Behavior<Object> send(ControlPlane.SendCommand command) {
        sent = command;
        quorate.tell(command);
        return this;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
