"""What the trainee reads before and during the knee exercise."""

TITLE = "Knee puncture and injection"
SUMMARY = "Needle into the suprapatellar recess of an extended knee, from the side, below the quadriceps tendon."
PROCEDURE = "knee joint injection"
TEACHING = (
    (
        "The suprapatellar recess is the part of the knee joint that reaches up between the quadriceps tendon and the femur. When "
        "the joint holds too much fluid, it collects there: a flat pouch, 5 to 10 mm deep, a finger above the kneecap."
    ),
    (
        "The person lies on the back, the knee straight or on a small roll. Feel the kneecap, its upper outer corner and the "
        "tendon above it. The usual way is from the outer side, a finger above and beside that corner."
    ),
    (
        "Keep the needle flat: too steep and it meets the femur, which hurts; too shallow and it passes into the tendon. The "
        "target lies between two layers of fat. When the tip enters the fluid, resistance falls."
    ),
    (
        "The joint-line way enters beside the patellar tendon and aims at the notch between the condyles. Cartilage and the "
        "menisci lie close on both sides: keep to the path, and do not turn the tip while it is deep."
    ),
    (
        "Popliteal vessels and nerves lie behind the joint, far beyond a correct path. They come within reach only when the "
        "needle goes on through the notch: stop at the target."
    ),
)
SIDE = (
    "Find the entry at the side, a finger above the kneecap. Lay the shaft nearly flat, slide below the quadriceps tendon and "
    "stop in the middle of the recess: the femur lies beneath."
)
FRONT = (
    "Enter beside the patellar tendon at the height of the joint line and aim at the notch. Stay in the middle between both "
    "condyles and stop at the target: the cruciate ligaments lie beyond."
)
