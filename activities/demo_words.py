"""What people of the demo data wrote down about what they did and what they plan."""

from __future__ import annotations

OPENINGS = (
    "Called back about the last order.", "Spoke on the phone.", "Met at the trade fair.", "Wrote an e-mail.",
    "Visited the shop.", "Rang before the weekend.", "Left a message on the answering machine.",
    "Answered within the hour.", "Came by without an appointment.", "Short call, in a hurry.",
)  # fmt: skip
MIDDLES = (
    "Two mugs arrived broken, replacement promised.", "Asks for a quote for 40 lanterns in copper.",
    "Very pleased with the oak boards.", "The parcel stood at the neighbour’s all along.",
    "Wants the invoice with the new company address.", "Prices of the competition are 5 % lower, ours arrive sooner.",
    "Plans to open a second shop in spring.", "Needs delivery before the 20th, otherwise cancels.",
    "Would like a printed catalogue.", "The colour was darker than in the picture.",
    "Pays by bank transfer from now on.", "Interested in gift boxes for the staff party.",
    "Complained about the packaging: too much plastic.", "Orders for the hotel go through the office manager.",
    "Does not want calls before ten.", "Asked about returns of opened sets.", "Is moving house this month.",
)  # fmt: skip
ENDINGS = (
    "Will call again next week.", "Sent the price list.", "No action needed.", "Offer goes out tomorrow.", "",
    "Asked to be reminded in a month.", "Credit note arranged.", "Waiting for an answer.", "", "All sorted.",
)  # fmt: skip

#: kind -> what it was about
TITLES = {
    "call": (
        "First call", "Call about the quantities", "Call about the offer", "Asked for the date of delivery",
        "Call about samples", "Went through the price list", "Call with purchasing",
    ),
    "meeting": (
        "Visit to the site", "Presentation of the range", "Meeting in the showroom", "Video call with the architect",
        "Lunch with the owner", "Walk through the rooms",
    ),
    "email": (
        "Sent the offer", "Sent the catalogue", "Sent photographs of the samples", "Answered questions about delivery",
        "Sent the revised offer", "Asked for the floor plan",
    ),
    "task": (
        "Draw up the offer", "Order samples", "Check the stock", "Calculate the freight", "Ask for the credit limit",
        "Prepare the presentation",
    ),
}  # fmt: skip
#: kind -> what is to be done
PLANS = {
    "call": (
        "Call about the offer",
        "Ask for the decision",
        "Call back",
        "Clear up the date of delivery",
        "Ask how the samples were liked",
        "Talk about next year’s quantities",
    ),
    "meeting": (
        "Visit to the site",
        "Meeting in the showroom",
        "Presentation of the range",
        "Video call about details",
    ),
    "email": ("Send the revised offer", "Send the catalogue", "Send references", "Confirm the appointment"),
    "task": ("Draw up the offer", "Order samples", "Calculate the freight", "Prepare the contract"),
}
#: kind -> outcome, how often, what was noted
OUTCOMES = {
    "call": (
        ("reached", 60, (
            "Needs it before the season.", "The budget is settled in two weeks.", "Wants a discount of 10 %.",
            "Decides together with the architect.", "Likes the oak, dislikes the brass.", "Asked for a fixed price.",
        )),
        ("no_answer", 26, ("",)),
        ("left_message", 14, ("On the answering machine.", "With the colleague at the reception.")),
    ),
    "meeting": (
        ("held", 90, (
            "Good talk; the house manager decides.", "Measured the rooms, 14 in all.", "Wants to see two more samples.",
            "Three suppliers are asked; we are the middle one.", "They open on the first of the month.",
        )),
        ("no_show", 10, ("Had forgotten it.", "")),
    ),
    "email": (
        ("sent", 56, ("", "With the price list attached.", "Valid for 30 days.")),
        ("replied", 40, ("Will look at it over the weekend.", "Has passed it on to purchasing.", "Thanks, all clear.")),
        ("bounced", 4, ("The address is wrong.",)),
    ),
    "task": (("done", 100, ("", "", "Took longer than thought.")),),
}  # fmt: skip
NOTES = (
    "Only wants fair-trade textiles.", "The competitor asks 12,400 without mounting.", "Pays within 14 days.",
    "Purchasing: two signatures above 10,000.", "Mounting only on Mondays, when the house is closed.",
    "Friend of the owner of the hotel in the old town.",
)  # fmt: skip
COMMENTS = (
    "Good. Try to bring the date forward.", "I can come along to the next meeting.", "Stay at 5 %, no more.",
    "Ask Ingrid: she did the same for another house.", "Well done!", "Is the stock enough for that?",
    "Let us offer the lanterns as well.",
)  # fmt: skip
OWN_TASKS = ("Plan the week", "Expense report", "Tidy up the pipeline", "Prepare the monthly figures")
