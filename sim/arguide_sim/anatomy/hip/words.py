"""What the trainee reads before and during the exercises at hip and groin."""

HIP_TITLE = "Hip joint injection"
HIP_SUMMARY = "Needle to the front of the neck of the femur, into the front recess of the hip joint, along the neck."
HIP_PROCEDURE = "hip joint injection"
HIP_TEACHING = (
    (
        "The hip joint lies deep. Its capsule runs from the rim of the socket down the front of the neck; between neck and capsule "
        "lies the front recess, the place where a needle reaches the joint without touching cartilage."
    ),
    (
        "The person lies on the back. Feel the anterior superior iliac spine and the greater trochanter, then the pulse of the "
        "femoral artery below the middle of the inguinal ligament: everything inward of two fingers beside it is forbidden."
    ),
    (
        "The needle comes from below and outside, along the neck, and meets bone where head and neck join. Light contact with the "
        "bone, then half a millimetre back: there the fluid spreads along the neck."
    ),
    (
        "The femoral nerve lies nearest, then the artery, then the vein. A path that drifts inward by 2 cm meets them; a path "
        "that drifts upward meets the rim of the socket."
    ),
)
HIP_GUIDANCE = (
    "Enter below and outside the target, line up with the neck of the femur and advance to where head and neck join. Keep "
    "outward of the femoral nerve and stop at the bone."
)
NERVE_TITLE = "Femoral nerve block"
NERVE_SUMMARY = (
    "Needle below the iliac fascia beside the femoral nerve, from the side, in the plane of the groin crease."
)
NERVE_PROCEDURE = "femoral nerve block"
NERVE_TEACHING = (
    (
        "Below the inguinal ligament lie, from outside inward: nerve, artery, vein. Two fascias cover the nerve: the fascia lata, "
        "below the fat, and the iliac fascia, which lies on the iliopsoas and parts the nerve from the vessels."
    ),
    (
        "The person lies on the back, the leg a little outward. Feel the pulse at the crease of the groin: the nerve is 1 to 2 cm "
        "outward of it, 2 to 4 cm deep, flat on the muscle."
    ),
    (
        "The needle comes from the outer side and passes both fascias: each yields with a small give. The drug must spread below "
        "the second one; above it nothing happens."
    ),
    "Never into the nerve itself: stop beside it. Never inward of it: the artery follows within a centimetre.",
    "The suprainguinal way reaches the same plane above the ligament, on the iliacus, and blocks the lateral cutaneous nerve as well.",
)
NERVE_GUIDANCE = (
    "Enter from the outer side, pass fascia lata and iliac fascia, and stop on the muscle just outward of the nerve. The artery "
    "lies beyond."
)
ILIACA_GUIDANCE = "Enter below the inguinal ligament, aim up and back, and stop below the iliac fascia on the iliacus. Bone lies beneath."
